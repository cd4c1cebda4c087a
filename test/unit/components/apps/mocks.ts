import * as pulumi from "@pulumi/pulumi";

/** What was registered, in the order in which registration began. */
export interface Registered {
  type: string;
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs of whatever kind, as the engine receives them
  inputs: any;
}

/** Runs a program against Pulumi's mocks and returns what it registered; the program sees it grow. */
export async function registered(program: (sofar: readonly Registered[]) => unknown): Promise<Registered[]> {
  const resources: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      call: ({ inputs }) => inputs,
      newResource: async ({ type, name, inputs, custom }) => {
        resources.push({ type, name, inputs });
        // As slow as a cluster is, so that what does not wait for another is seen to overtake it.
        if (custom !== false) await new Promise((resolve) => setTimeout(resolve, 5));
        return { id: `${name}-id`, state: inputs };
      },
    },
    "pomerium-migration",
    "octavo",
    false,
  );
  await program(resources);
  await pulumi.runtime.disconnect();
  return resources;
}
