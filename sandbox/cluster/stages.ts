/**
 * Stand-in for a load balancer such as MetalLB, as a kwok stage.
 *
 * Imitates: a Service of type LoadBalancer gets the address that it asks for in `spec.loadBalancerIP` or in MetalLB's
 * annotation. Other Services get an address from 198.18.0.0/15. Does not imitate: address pools, conflicts between two
 * Services, or traffic. 198.18.0.0/15 is reserved for tests, so its addresses lead nowhere. The last two numbers are
 * those of the cluster address, so each address is unique.
 *
 * The selector compares the requested address with the status, so a changed request changes the address.
 *
 * @see https://kwok.sigs.k8s.io/docs/user/stages-configuration/
 * @see https://datatracker.ietf.org/doc/html/rfc2544
 */
export const LOAD_BALANCER_STAGE = {
  apiVersion: "kwok.x-k8s.io/v1alpha1",
  kind: "Stage",
  metadata: { name: "service-load-balancer" },
  spec: {
    resourceRef: { apiGroup: "v1", kind: "Service" },
    selector: {
      matchExpressions: [
        { key: ".spec.type", operator: "In", values: ["LoadBalancer"] },
        { key: ".metadata.deletionTimestamp", operator: "DoesNotExist" },
        {
          key: [
            '(.metadata.annotations["metallb.io/loadBalancerIPs"] // .spec.loadBalancerIP',
            '// ("198.18." + (.spec.clusterIP | ltrimstr("10.96.")))) == .status.loadBalancer.ingress[0].ip | tostring',
          ].join(" "),
          operator: "In",
          values: ["false"],
        },
      ],
    },
    next: {
      statusTemplate: [
        "{{ $annotations := or .metadata.annotations dict }}",
        '{{ $own := printf "198.18.%s" (trimPrefix "10.96." .spec.clusterIP) }}',
        "loadBalancer:",
        "  ingress:",
        '  - ip: {{ or (index $annotations "metallb.io/loadBalancerIPs") .spec.loadBalancerIP $own | Quote }}',
        "",
      ].join("\n"),
    },
  },
};
