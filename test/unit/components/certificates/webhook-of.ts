import {
  resolveWebhook,
  type Webhook,
  webhookSchema,
} from "../../../../components/certificates/solvers/porkbun-webhook.ts";

/** The webhook for Porkbun that `certificates.webhook` of a stack file asks for. */
export function webhookOf(input: object = {}): Webhook {
  return resolveWebhook(webhookSchema.parse(input));
}
