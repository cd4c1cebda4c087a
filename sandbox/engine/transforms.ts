import messages from "@pulumi/pulumi/proto/resource_pb.js";
import type { Callbacks } from "./callbacks.ts";
import type { Callback, Goal } from "./goal.ts";
import { fromOutputs, type Properties, toOutputs } from "./values.ts";
import { fromStruct, optionsMessage, optionsOf, toStruct } from "./wire.ts";

/** Runs the program's transforms: those of a resource, then those of what is above it, then the stack's. */
export class Transforms {
  readonly #callbacks: Callbacks;
  readonly #ofStack: Callback[] = [];
  readonly #ofResource = new Map<string, { parent: string | undefined; transforms: Callback[] }>();

  constructor(callbacks: Callbacks) {
    this.#callbacks = callbacks;
  }

  addToStack(callback: Callback): void {
    this.#ofStack.push(callback);
  }

  /** Remembers the transforms of a resource for those that will be registered below it. */
  remember(urn: string, goal: Goal): void {
    this.#ofResource.set(urn, { parent: goal.parent, transforms: goal.transforms });
  }

  /** @throws Error with the message of the transform that failed. */
  async apply(goal: Goal): Promise<Goal> {
    const callbacks = [...goal.transforms];
    for (let above = goal.parent; above; ) {
      const entry = this.#ofResource.get(above);
      callbacks.push(...(entry?.transforms ?? []));
      above = entry?.parent;
    }
    callbacks.push(...this.#ofStack);
    let result = goal;
    for (const callback of callbacks) result = await this.#call(callback, result);
    return result;
  }

  async #call(callback: Callback, goal: Goal): Promise<Goal> {
    const request = new messages.TransformRequest();
    request.setType(goal.type);
    request.setName(goal.name);
    request.setCustom(goal.custom);
    request.setParent(goal.parent ?? "");
    request.setProperties(toStruct(toOutputs(goal.inputs) as Properties));
    request.setOptions(optionsMessage(goal.options));
    const response = await this.#callbacks.call(callback, request.serializeBinary());
    const answer = messages.TransformResponse.deserializeBinary(response);
    const options = answer.getOptions();
    return {
      ...goal,
      ...(answer.hasProperties()
        ? { inputs: fromOutputs(fromStruct(answer.getProperties())) as Properties }
        : {}),
      ...(options ? { options: optionsOf(options) } : {}),
    };
  }
}
