// A module of its own: only cert-manager's CRD manifests are read out of it, and its requirements must not
// move the versions that the sandbox's programs are built with.
module pomerium-migration/sandbox/tools/cert-manager

go 1.26.0

require github.com/cert-manager/cert-manager v1.17.2
