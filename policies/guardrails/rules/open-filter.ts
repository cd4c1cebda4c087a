import { mayOpenSomewhere } from "../../access/matrix/opens.ts";
import { parsePolicy } from "../../language/parse.ts";
import { isHidden, mapAt, type Resource } from "../resource.ts";

export const isPolicyFilter = ({ type }: Pick<Resource, "type">): boolean =>
  /^kubernetes:gateway\.pomerium\.io\/[^:]+:PolicyFilter$/.test(type);

/** Whether the routes of the Gateway API that name a PolicyFilter are open to everybody. */
export function openFilter(resource: Resource, pomerium: string): { isOpen: boolean; unknown?: string } {
  if (!isPolicyFilter(resource)) return { isOpen: false };
  const { spec } = resource.props;
  const { ppl } = mapAt(spec);
  if (isHidden(spec) || isHidden(ppl))
    return { isOpen: false, unknown: "spec.ppl is not known before the run" };
  const { policy } = parsePolicy(typeof ppl === "string" ? ppl : "");
  return { isOpen: policy !== undefined && mayOpenSomewhere(policy, pomerium) };
}
