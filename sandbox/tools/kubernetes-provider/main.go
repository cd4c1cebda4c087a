// Pulumi's Kubernetes provider, with the schema that its module carries.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

var version string

func main() {
	provider.Serve("kubernetes", version, schema, []byte("{}"))
}
