/** Marks differ in shape, not only in colour: disc, ring, ring with a dot on stripes, a question mark. */
export const style = `
:root{color-scheme:light dark;--bg:#f7f6f2;--card:#fff;--ink:#1b1f23;--soft:#5d646b;--line:#e3e0d8;--zebra:#faf9f6;
--people:#0f766e;--people-t:#0f766e14;--api:#b45309;--api-t:#f59e0b1f;--public:#be123c;--public-t:#be123c17;--stripe:#be123c26;
--unknown:#6d28d9;--unknown-t:#6d28d917;--shadow:0 1px 2px #0000000d,0 8px 24px #0000000a}
@media (prefers-color-scheme:dark){:root{--bg:#121518;--card:#1a1e22;--ink:#e9ebed;--soft:#9ba3ab;--line:#2b3137;--zebra:#1e2328;
--people:#2dd4bf;--people-t:#2dd4bf1a;--api:#fbbf24;--api-t:#fbbf241a;--public:#fb7185;--public-t:#fb71851f;--stripe:#fb718533;
--unknown:#a78bfa;--unknown-t:#a78bfa1f;--shadow:none}}
*,*::before{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
main{max-width:1216px;margin:0 auto;padding:40px 32px 64px}
h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:0;overflow-wrap:anywhere}
h1 small{font-weight:400;color:var(--soft);letter-spacing:-.01em}
h2{font-size:18px;letter-spacing:-.01em;margin:44px 0 12px}
p{margin:8px 0}.soft{color:var(--soft)}
code,.mono{font:12.5px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:24px 0 0}
.tile{padding:14px 18px}.tile b{display:block;font-size:28px;line-height:1.15;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13px}
.tile.loud{border-color:currentColor;color:var(--public);background:var(--public-t)}.tile.loud span{color:inherit}
.tile.warm{border-color:currentColor;color:var(--api);background:var(--api-t)}.tile.warm span{color:inherit}
.tile.odd{border-color:currentColor;color:var(--unknown);background:var(--unknown-t)}.tile.odd span{color:inherit}
.note{padding:12px 18px;margin:12px 0 0;border-left:4px solid var(--api)}
.note.loud{border-left-color:var(--public)}.note.odd{border-left-color:var(--unknown)}
.way-box{padding:22px 24px 18px;overflow-x:auto}
svg.way{display:block;width:100%;min-width:860px;height:auto;font-size:12px}
svg text{fill:var(--ink)}svg .head{fill:var(--soft);font-size:12px;letter-spacing:.02em}
svg .t{font-weight:650;font-size:14px}svg .s{font-size:13px}svg .d{fill:var(--soft);font-size:11.5px}
svg .mid,svg .gate-t{text-anchor:middle}svg [class^=chip] .mid{font-size:12px}svg .end{text-anchor:end}
svg .gate{fill:var(--zebra);stroke:var(--line);stroke-width:1.5}svg .gate-t{font-weight:650;font-size:14px}
svg .caller rect,svg .entry rect{fill:var(--card);stroke:var(--line);stroke-width:1.5}svg .entry rect{stroke:var(--soft)}
svg .c-people rect{stroke:var(--people)}svg .c-api rect{stroke:var(--api);stroke-dasharray:.1 5;stroke-linecap:round;stroke-width:2.2}
svg .c-public rect{stroke:var(--public);stroke-dasharray:7 4;stroke-width:2}svg .idle text{fill:var(--soft)}svg .idle rect{stroke-dasharray:3 4}
svg path{fill:none;stroke-linecap:round}
svg .w-people{stroke:var(--people);stroke-width:2}svg .w-api{stroke:var(--api);stroke-width:2.4;stroke-dasharray:.1 6}
svg .w-public{stroke:var(--public);stroke-width:2.6;stroke-dasharray:9 6}
svg [class^=chip] rect{fill:var(--card);stroke-width:1.6}
svg .chip-people rect{stroke:var(--people)}svg .chip-api rect{stroke:var(--api)}svg .chip-public rect{stroke:var(--public);stroke-dasharray:5 4}
svg .m-unknown{fill:var(--unknown);font-weight:700;font-size:14px;text-anchor:middle}svg .m-people{fill:var(--people)}svg .m-api{fill:var(--card);stroke:var(--api);stroke-width:2.4}
svg .m-public circle{fill:var(--card);stroke:var(--public);stroke-width:2}svg .m-public .dot{fill:var(--public)}
.bar{display:flex;gap:8px 22px;flex-wrap:wrap;align-items:center;margin:0 0 12px}
.bar>span{display:inline-flex;align-items:center;gap:8px;font-size:13.5px;color:var(--soft)}
.bar input{margin-left:auto;font:inherit;font-size:14px;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:9px;padding:6px 12px;width:240px}
.grid{overflow:auto;max-height:86vh}.grid table{min-width:100%}
table{border-collapse:separate;border-spacing:0}
.grid th{font-weight:400;text-align:left;background:var(--card)}
.grid thead th{position:sticky;top:0;z-index:2;vertical-align:bottom;border-bottom:1px solid var(--line);padding:14px 0 10px}
.grid thead th div{writing-mode:vertical-rl;transform:rotate(180deg);max-height:190px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;margin:0 auto;font-size:13px;line-height:20px}
.grid thead .who{font-weight:650}
.grid tbody th{position:sticky;left:0;z-index:1;padding:7px 20px 7px 18px;white-space:nowrap;border-right:1px solid var(--line);min-width:210px;max-width:330px;overflow:hidden;text-overflow:ellipsis}
.grid thead th:first-child{left:0;z-index:3;border-right:1px solid var(--line)}
.grid tbody th a{color:inherit;text-decoration:none;font-weight:600;display:block;overflow:hidden;text-overflow:ellipsis}
.grid tbody th a:hover{text-decoration:underline}
.grid tbody th small{color:var(--soft);font-size:12px}
.grid tbody tr:nth-child(even)>*{background-color:var(--zebra)}
.grid tbody tr:hover>*{background-color:color-mix(in srgb,var(--people) 9%,var(--card))}
.grid td{width:40px;min-width:40px;height:44px;padding:0;text-align:center}
.grid .rest{min-width:0;width:99%;text-align:left;padding:7px 18px;border-left:1px solid var(--line);font-size:12.5px;color:var(--soft)}
.grid thead .rest{color:var(--soft);white-space:nowrap;padding-bottom:10px;font-size:13px}
.grid .edge{border-right:1px solid var(--line)}
.rest code{color:var(--api);margin-right:8px;white-space:nowrap;display:inline-block}
.c{font-size:0}
.c::before{content:"";display:inline-block;vertical-align:middle;border-radius:50%}
.p::before{width:16px;height:16px;background:var(--people)}
.a::before{width:20px;height:20px;border:3px solid var(--api)}
.u::before{width:26px;height:26px;border:3px solid var(--public);background:radial-gradient(circle,var(--public) 0 3.5px,var(--card) 4px)}
.q::before{content:"?";width:24px;height:24px;border:2px dashed var(--unknown);color:var(--unknown);font:700 14px/20px system-ui,sans-serif;text-align:center}
.grid tbody tr td.u{background-image:repeating-linear-gradient(135deg,var(--stripe) 0 3px,transparent 3px 9px)}
.people{columns:2;column-gap:40px;margin:10px 0 0;padding:0 0 0 22px;font-size:13.5px}
.doors{padding:6px 20px 10px}.doors table{width:100%}
.doors td{padding:8px 14px 8px 0;border-top:1px solid var(--line);vertical-align:top}.doors tr:first-child td{border-top:0}
.doors td:first-child{width:34px;padding-top:9px}.doors .why{color:var(--soft)}
.tag{display:inline-block;border:1.5px solid currentColor;border-radius:99px;padding:0 9px;font-size:12px;font-weight:600;line-height:20px;white-space:nowrap}
.tag.plus{color:var(--people)}.tag.minus{color:var(--public)}.tag.what{color:var(--unknown)}.tag.door{color:var(--api)}
.tag.u{color:var(--public)}
.row{display:grid;grid-template-columns:104px minmax(160px,.8fr) minmax(200px,1fr) minmax(200px,1.2fr);gap:4px 16px;padding:9px 20px;border-top:1px solid var(--line);align-items:baseline}
.row:first-child{border-top:0}.row>*{overflow-wrap:anywhere;min-width:0}
details{border-top:1px solid var(--line)}details:first-child{border-top:0}
summary{cursor:pointer;padding:11px 20px;display:flex;gap:12px;align-items:center;flex-wrap:wrap}summary b{font-weight:600}
summary::before{content:"";border:5px solid transparent;border-left-color:var(--soft);border-right:0}
details[open]>summary::before{transform:rotate(90deg)}
details .in{overflow-x:auto;padding:0 20px 18px}
.asked{font-size:13px;min-width:100%}.asked th,.asked td{text-align:left;padding:6px 18px 6px 0;border-top:1px solid var(--line);vertical-align:top;font-weight:400}
.asked thead th{border-top:0;font-weight:600}.asked td span{color:var(--soft);display:block;font-size:12px}
.asked td:first-child code{white-space:nowrap}.asked .allow{color:var(--people)}.asked .unknown{color:var(--unknown)}.asked .deny{color:var(--soft)}
footer{margin-top:44px;color:var(--soft);font-size:13px}
[hidden]{display:none!important}
@media (max-width:720px){main{padding:24px 16px}.row{grid-template-columns:1fr}.people{columns:1}.bar input{margin-left:0;width:100%}}
@media print{.grid{max-height:none;overflow:visible}.bar input{display:none}main{max-width:none;padding:0}}
`;

/** The script of the search field. Without it the page is complete and has no search field. */
export const script = `
const field=document.querySelector("#filter");
field.hidden=false;
field.addEventListener("input",()=>{
  const words=field.value.toLowerCase().trim().split(/\\s+/).filter(Boolean);
  const fits=(node)=>words.every((word)=>node.dataset.text.includes(word));
  const rows=[...document.querySelectorAll("[data-text]:not(th)")];
  const heads=[...document.querySelectorAll("th[data-text]")];
  const some=heads.some(fits)&&words.length>0;
  for(const row of rows)row.hidden=!some&&!fits(row);
  const table=document.querySelector(".grid table");
  for(const head of heads){
    const off=some&&!fits(head);
    for(const row of table.rows)row.cells[head.cellIndex].hidden=off;
  }
});
`;
