import { isMap, isScalar, isSeq, type Node } from "yaml";
import { parseNetwork } from "../../stack-file/networks.ts";
import type { CriterionKind, DataKind } from "./criteria.ts";
import { isAuthorizedKey } from "./keys.ts";
import { isCertainNumber } from "./plain-text.ts";
import { describe, isEmpty, type Reader } from "./reader.ts";

type Read = (reader: Reader, node: Node | null, name: string) => unknown;

const wholeList = (reader: Reader) => (node: Node | null, what: string) => reader.texts(node, what);
const oneText = (reader: Reader) => (node: Node | null, what: string) => reader.text(node, what);

function stringMatcher(reader: Reader, node: Node | null, name: string, notIn: boolean): unknown {
  if (isSeq(node))
    return reader.problems.at(node, `${name} takes one text, not a list`, `write ${name}: { in: [a, b] }`);
  if (!isMap(node)) return reader.text(node, name);
  if (node.items.length === 0)
    return reader.problems.at(node, `${name}: {} asks nothing, so that Pomerium lets everybody pass`);
  const text = oneText(reader);
  const list = wholeList(reader);
  return reader.fields(node, name, {
    is: text,
    not: text,
    starts_with: text,
    ends_with: text,
    contains: text,
    in: list,
    not_in: notIn
      ? list
      : (value) =>
          reader.problems.at(
            value,
            `Pomerium cannot compile not_in for ${name}`,
            `use in, with the criterion in a "not" block`,
          ),
  });
}

function listMatcher(reader: Reader, node: Node | null, name: string, textsOnly: boolean): unknown {
  const one = (value: Node | null, what: string): unknown => {
    const isPlainScalar =
      isScalar(value) &&
      (typeof value.value === "boolean" ||
        (typeof value.value === "number" && isCertainNumber(value.source ?? "")));
    if (isPlainScalar && !textsOnly) return value.value;
    if (isSeq(value))
      return reader.problems.at(
        value,
        `${what} takes one value, not a list`,
        `write one criterion for each value, in an "or" block`,
      );
    return reader.text(value, what);
  };
  if (!isMap(node)) return one(node, name);
  if (node.items.length === 0)
    return reader.problems.at(node, `${name}: {} asks nothing, so that Pomerium lets everybody pass`);
  return reader.fields(node, name, { has: one, is: one, exclude: one });
}

/** Pomerium ignores the value, so any value but `true` says something that it does not mean. */
function flag(reader: Reader, node: Node | null, name: string): true {
  if (!isEmpty(node) && !(isScalar(node) && node.value === true))
    reader.problems.warn(
      node,
      `${name} means true, not ${describe(node)}: Pomerium ignores the value`,
      `write ${name}: true, or put it in a "not" block`,
    );
  return true;
}

function networks(reader: Reader, node: Node | null, name: string): unknown {
  if (isMap(node))
    return reader.problems.at(node, `${name} takes an address, a network or a list of them, no comparison`);
  const read = reader.textOrTexts(node, name);
  for (const one of typeof read === "string" ? [read] : (read ?? []))
    if (parseNetwork(one) === undefined)
      reader.problems.at(
        node,
        `${name}: "${one}" is neither an address nor a network`,
        "write 192.0.2.7 or 192.0.2.0/24",
      );
  return read;
}

function keys(reader: Reader, node: Node | null, name: string): unknown {
  const read = reader.textOrTexts(node, name);
  for (const one of typeof read === "string" ? [read] : (read ?? []))
    if (!isAuthorizedKey(one))
      reader.problems.at(
        node,
        `${name}: "${one}" is not an SSH key`,
        `write a line of authorized_keys: "ssh-ed25519 AAAA…"`,
      );
  return read;
}

const fingerprint = /^(?:[0-9a-f]{64}|[0-9A-F]{2}(?::[0-9A-F]{2}){31})$/;

function certificate(reader: Reader, node: Node | null, name: string): unknown {
  if (!isMap(node))
    return reader.problems.at(node, `${name} takes a mapping, not ${describe(node)}`, "write fingerprint: …");
  const all = (valid: (text: string) => boolean, form: string) => (value: Node | null, what: string) => {
    const read = reader.textOrTexts(value, what);
    for (const one of typeof read === "string" ? [read] : (read ?? []))
      if (!valid(one)) reader.problems.at(value, `${what}: "${one}" is not ${form}`);
    return read;
  };
  const name_ = (value: Node | null, what: string) => stringMatcher(reader, value, what, false);
  return reader.fields(node, name, {
    fingerprint: all(
      (text) => fingerprint.test(text),
      "a SHA-256 of 64 lower-case digits, or of upper-case pairs joined by colons",
    ),
    spki_hash: all(
      (text) =>
        /^[A-Za-z0-9+/]+={0,2}$/.test(text) &&
        Buffer.from(text, "base64").length === 32 &&
        text.length === 44,
      "a SHA-256 in base64",
    ),
    san_email: name_,
    san_dns: name_,
    san_uri: name_,
  });
}

function device(reader: Reader, node: Node | null, name: string): unknown {
  if (!isMap(node))
    return reader.problems.at(
      node,
      `${name} takes a mapping, not ${describe(node)}`,
      "write { approved: true }",
    );
  if (node.items.length === 0)
    return reader.problems.at(node, `${name}: {} asks nothing, so that Pomerium lets everybody pass`);
  return reader.fields(node, name, {
    is: oneText(reader),
    approved: (value, what) =>
      isScalar(value) && typeof value.value === "boolean"
        ? value.value
        : reader.problems.at(value, `${what} takes true or false, not ${describe(value)}`),
    type: oneText(reader),
  });
}

const readers: Record<DataKind, Read> = {
  flag,
  string: (reader, node, name) => stringMatcher(reader, node, name, true),
  plainString: (reader, node, name) => stringMatcher(reader, node, name, false),
  list: (reader, node, name) => listMatcher(reader, node, name, false),
  stringList: (reader, node, name) => listMatcher(reader, node, name, true),
  networks,
  keys,
  claimName: (reader, node, name) => reader.text(node, name),
  certificate,
  device,
};

/** Reads the data of one criterion. Returns undefined after reporting a problem if Pomerium would refuse the data. */
export function readData(reader: Reader, kind: CriterionKind, node: Node | null, name: string): unknown {
  return kind.mayBeEmpty && isEmpty(node) ? null : readers[kind.data](reader, node, name);
}
