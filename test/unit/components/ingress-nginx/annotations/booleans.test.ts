import { strict as assert } from "node:assert";
import {
  isCanary,
  isSwitchedOff,
  parseBool,
  readsRegex,
} from "../../../../../components/ingress-nginx/annotations/booleans.ts";
import { classify } from "../../../../../components/ingress-nginx/annotations/classify.ts";
import { hostsOf } from "../../../../../components/ingress-nginx/annotations/hosts.ts";
import { settingsInForce } from "../../../../../components/ingress-nginx/annotations/settings.ts";

const prefix = "nginx.ingress.kubernetes.io/";
const spellings = ["1", "t", "T", "TRUE", "true", "True"];
const others = ["", "0", "f", "False", "yes", "on", "tRUE", " true"];

describe("a boolean of ingress-nginx", () => {
  it("has the spellings of Go and no others", () => {
    for (const text of spellings) assert.equal(parseBool(text), true, text);
    for (const text of ["0", "f", "F", "FALSE", "false", "False"]) assert.equal(parseBool(text), false, text);
    for (const text of ["", "yes", "off", "tRUE", " true", "2"])
      assert.equal(parseBool(text), undefined, text);
  });

  it("is read alike in every annotation", () => {
    for (const text of [...spellings, ...others]) {
      const isOn = spellings.includes(text);
      assert.equal(isCanary({ [`${prefix}canary`]: text }), isOn, text);
      assert.equal(readsRegex({ [`${prefix}use-regex`]: text }), isOn, text);
    }
    const twin = (text: string) =>
      hostsOf({
        annotations: { [`${prefix}from-to-www-redirect`]: text },
        rules: [{ host: "example.org" }],
        anyHost: false,
      });
    assert.deepEqual(twin("T"), ["example.org", "www.example.org"]);
    assert.deepEqual(twin("tRUE"), ["example.org"]);
  });

  it("switches a protection off as a zero, which is a number elsewhere", () => {
    const outcome = (name: string) => classify({ [prefix + name]: "0" })[0]!.outcome;
    assert.equal(outcome("enable-modsecurity"), "unnecessary");
    assert.equal(outcome("proxy-connect-timeout"), "lost");
    assert.deepEqual(settingsInForce({ "enable-modsecurity": "0" }, {}), []);
    assert.equal(settingsInForce({ "enable-modsecurity": "1" }, {}).length, 1);
    assert.equal(isSwitchedOff("block-user-agents", "0"), false);
  });
});
