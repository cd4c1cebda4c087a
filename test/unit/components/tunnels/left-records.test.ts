import { strict as assert } from "node:assert";
import { leftRecords } from "../../../../components/tunnels/left-records.ts";

const record = (own: boolean) => ({ type: "CNAME", content: "x.cfargotunnel.com", proxied: true, own });

describe("DNS records that the program made in an earlier life of the cluster", () => {
  const live = {
    home: {
      records: {
        "a.example.org": record(true),
        "b.example.org": record(false),
        "c.example.org": record(true),
      },
    },
    other: { records: { "d.example.org": record(false) } },
  };

  it("are named by tunnel, because nobody imports them", () => {
    const [line, ...others] = leftRecords({ live }, false);
    assert.deepEqual(others, []);
    assert.match(
      line ?? "",
      /^! home: .* made DNS records for a\.example\.org, c\.example\.org\. .* delete them /,
    );
  });

  it("are not mentioned while the cluster remembers a run, or if no record is left", () => {
    assert.deepEqual(leftRecords({ live }, true), []);
    assert.deepEqual(leftRecords({ live: { other: live.other } }, false), []);
  });
});
