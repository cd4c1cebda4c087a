// Package v2 stands in for a file of the same name in Pulumi's Go SDK for Kubernetes, which is generated: it imports a
// Go type for every kind of every API version, which takes longer to compile than all the rest of the provider. The
// types are only what a resource's outputs are read into, and nobody reads them here. What is registered is the same.
package v2

import (
	"fmt"
	"strings"

	"github.com/pulumi/pulumi-kubernetes/sdk/v4/go/kubernetes/apiextensions"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// IsListKind says whether a kind of Kubernetes' own is a list of other objects.
func IsListKind(apiVersion, kind string) bool {
	group, _, named := strings.Cut(apiVersion, "/")
	own := !named || !strings.Contains(group, ".") || strings.HasSuffix(group, ".k8s.io")
	return own && strings.HasSuffix(kind, "List")
}

// RegisterResource registers an object under the type that Pulumi has for its kind.
func RegisterResource(ctx *pulumi.Context, apiVersion, kind, name string, props pulumi.Input,
	opts ...pulumi.ResourceOption) (pulumi.CustomResource, error) {
	if apiVersion == "v1" {
		apiVersion = "core/v1"
	}
	var res apiextensions.CustomResource
	err := ctx.RegisterResource(fmt.Sprintf("kubernetes:%s:%s", apiVersion, kind), name, props, &res, opts...)
	if err != nil {
		return nil, err
	}
	return &res, nil
}
