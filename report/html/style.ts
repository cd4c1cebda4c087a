/**
 * Marks differ in shape, not only in colour: disc, ring, ring with a dot on stripes, a question mark. Each pair of colours
 * has a contrast of at least 4.5, in light and dark.
 */
export const style = `
:root{color-scheme:light dark;--bg:#f7f6f2;--card:#fff;--ink:#1b1f23;--soft:#595f66;--line:#e3e0d8;--zebra:#faf9f6;
--people:#0f6b63;--people-t:#e8f3f1;--api:#9a4608;--api-t:#fdf1dc;--public:#b01137;--public-t:#fceaee;--stripe:#be123c26;
--unknown:#6026c4;--unknown-t:#f1eafb;--focus:#1d4ed8;--shadow:0 1px 2px #0000000d,0 8px 24px #0000000a}
@media screen and (prefers-color-scheme:dark){:root{--bg:#121518;--card:#1a1e22;--ink:#e9ebed;--soft:#a3abb3;--line:#31383f;--zebra:#1e2328;
--people:#2dd4bf;--people-t:#173330;--api:#fbbf24;--api-t:#352c16;--public:#fb8598;--public-t:#3a2027;--stripe:#fb718533;
--unknown:#b79bfb;--unknown-t:#2b2440;--focus:#93c5fd;--shadow:none}}
*,*::before{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:72px}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
header,main,footer{max-width:1216px;margin:0 auto;padding-inline:32px}
header{padding-top:36px}main{padding-bottom:32px}footer{padding-bottom:48px;color:var(--soft);font-size:13px}
h1{font-size:30px;line-height:1.2;letter-spacing:-.02em;margin:0;overflow-wrap:anywhere}
h2{font-size:22px;letter-spacing:-.01em;margin:28px 0 12px}
h3{font-size:17px;letter-spacing:-.01em;margin:36px 0 10px}h2,h3{overflow-wrap:anywhere}h3 .soft{font-weight:400;font-size:15px}
h4{font-size:14px;margin:12px 0 2px;overflow-wrap:anywhere}
p{margin:8px 0;overflow-wrap:anywhere}.soft{color:var(--soft)}.lead{font-size:17px}
ul{margin:0;padding:0;list-style:none}
code{font:12.5px/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
a{color:inherit;text-underline-offset:3px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.off{display:none!important}[hidden]{display:none!important}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px;box-shadow:var(--shadow)}.pad{padding:10px 20px}
.tabs{display:flex;gap:4px;overflow-x:auto;border-bottom:1px solid var(--line);margin-top:20px;padding:3px 3px 0}
.tabs a{padding:10px 16px;text-decoration:none;color:var(--soft);white-space:nowrap;border-bottom:3px solid transparent;margin-bottom:-1px;font-weight:550}
.tabs a:hover{color:var(--ink)}.tabs a[aria-selected=true]{color:var(--ink);border-bottom-color:var(--people)}
.count{font-size:12px;border:1px solid var(--line);border-radius:99px;padding:1px 8px;margin-left:4px;color:var(--soft);background:var(--card)}
.panel[role=tabpanel]>h2{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.panel[role=tabpanel]{padding-top:20px}.panel>h2+section>h3,.filter+section>h3{margin-top:16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:4px 0 0}
.tile{padding:14px 18px}.tile b{display:block;font-size:28px;line-height:1.15;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.tile span{color:var(--soft);font-size:13px}
.loud{border-color:currentColor;color:var(--public);background:var(--public-t)}.warm{border-color:currentColor;color:var(--api);background:var(--api-t)}
.odd{border-color:currentColor;color:var(--unknown);background:var(--unknown-t)}.tile:is(.loud,.warm,.odd) span{color:inherit}
.note{padding:12px 18px;margin:12px 0 0;border-left:4px solid var(--api)}
.note h3{margin-top:10px}.note:is(.loud,.odd){color:var(--ink);border-color:var(--line)}.note.loud{border-left-color:var(--public)}.note.odd{border-left-color:var(--unknown)}
.tag{display:inline-block;border:1.5px solid currentColor;border-radius:99px;padding:0 9px;font-size:12.5px;font-weight:600;line-height:21px;max-width:100%;overflow-wrap:anywhere}
.lead .tag{font-size:15px;line-height:25px;padding:0 12px}
.tag:is(.p,.plus){color:var(--people);background:var(--people-t)}.tag:is(.u,.minus){color:var(--public);background:var(--public-t)}
.tag.q{color:var(--unknown);background:var(--unknown-t)}.tag:is(.a,.door){color:var(--api);background:var(--api-t)}.tag.n{color:var(--soft)}
.tag.u{border-style:double;border-width:3px;line-height:18px}.tag:is(.a,.door){border-style:dashed}.tag.q{border-style:dotted}
.filter{display:flex;gap:8px 12px;flex-wrap:wrap;align-items:center;margin:20px 0 10px}
.filter label{font-size:13.5px;color:var(--soft)}
.filter input,.filter select{font:inherit;font-size:15px;color:inherit;background:var(--card);border:1px solid var(--soft);border-radius:9px;padding:7px 12px;min-height:40px;max-width:100%}
.filter input{flex:0 1 280px;min-width:0}.filter input::placeholder{color:var(--soft);opacity:1}
.status{margin:0;color:var(--soft);font-variant-numeric:tabular-nums}.status.none{color:var(--public);font-weight:600}
.apps>li,.gates>li,.people>li{border-top:1px solid var(--line)}.apps>li:first-child,.gates>li:first-child,.people>li:first-child{border-top:0}
summary{cursor:pointer;padding:10px 20px 10px 38px;min-height:44px;display:grid;grid-template-columns:minmax(220px,2fr) 3fr;gap:4px 16px;align-items:center;position:relative}
summary::-webkit-details-marker{display:none}
summary::before{content:"";position:absolute;left:20px;top:18px;border:5px solid transparent;border-left-color:var(--soft);border-right:0}
details[open]>summary::before{transform:rotate(90deg)}
summary:hover{background:var(--zebra)}summary:focus-visible{outline-offset:-3px}
.apps>li:first-child summary{border-radius:13px 13px 0 0}.apps>li:last-child details:not([open]) summary{border-radius:0 0 13px 13px}
.name,.tags{overflow-wrap:anywhere;min-width:0}.tags{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:center;font-size:13px}
.in>*{min-width:0}.in>p{grid-column:1/-1;margin:0}.in{padding:0 20px 16px 38px;display:grid;grid-template-columns:minmax(0,3fr) minmax(0,2fr);gap:8px 32px;align-items:start}
.part{border-top:1px solid var(--line);margin-top:16px}.part>summary{display:block;font-size:17px;font-weight:650;padding-top:14px}
.part>div{scroll-margin-top:60px}.part>div>section>h3{margin-top:20px}
.people>li{padding:8px 20px;overflow-wrap:anywhere;font-size:14px}
table{border-collapse:separate;border-spacing:0}
.plain{width:100%;font-size:14px}.plain caption{text-align:left;font-weight:600;padding:8px 0 4px}
.plain th,.plain td{text-align:left;vertical-align:top;padding:6px 16px 6px 0;border-top:1px solid var(--line);font-weight:400;overflow-wrap:anywhere;min-width:112px}
.plain tbody th{font-weight:600}.plain thead th{color:var(--soft);font-size:13px;border-top:0}.plain:not(.asked) thead th{white-space:nowrap}.plain tbody th{min-width:150px}.asked :is(th,td){min-width:52px!important}.asked thead th:first-child{white-space:nowrap}.plain thead.vh th{border:0}
.plain thead.vh+tbody tr:first-child>*{border-top:0}
.why,.asked{font-size:13.5px}.why tbody th{max-width:320px}.why td:nth-child(2){white-space:nowrap}
.asked tbody th{font-weight:400}.allow{color:var(--people)}.unknown{color:var(--unknown)}.deny{color:var(--soft);font-weight:400}
.pad ul{list-style:disc;padding-left:20px;margin:2px 0 10px}.pad li{overflow-wrap:anywhere}
.legend{display:flex;flex-wrap:wrap;gap:6px 20px;margin:0 0 12px;font-size:13.5px;color:var(--soft)}.legend li{display:inline-flex;align-items:center;gap:8px}
.grid{overflow:auto;max-height:86vh;width:fit-content;max-width:100%}
.grid th{font-weight:400;text-align:left;background:var(--card)}
.grid thead>tr>*{position:sticky;top:0;z-index:2;vertical-align:bottom;border-bottom:1px solid var(--line);padding:14px 0 10px;background:var(--card)}
.grid thead th div{writing-mode:vertical-rl;transform:rotate(180deg);max-height:190px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;margin:0 auto;font-size:13px;line-height:22px}
.grid thead a{text-decoration:none}.grid thead a:hover{text-decoration:underline}.grid .who{font-weight:650}
.grid tbody th{position:sticky;left:0;z-index:1;padding:0;border-right:1px solid var(--line);min-width:180px;max-width:330px}
.grid tbody th a{text-decoration:none;font-weight:600;display:block;padding:7px 20px;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.grid tbody th a:hover{text-decoration:underline}
.grid thead td:first-child{left:0;z-index:3;border-right:1px solid var(--line)}
.grid tbody tr:nth-child(even)>*{background-color:var(--zebra)}
.grid tbody tr:hover>*{background-color:color-mix(in srgb,var(--people) 9%,var(--card))}
.grid td.c{width:40px;min-width:40px;height:36px;padding:0;text-align:center}.grid .edge{border-right:1px solid var(--line)}
.c{font-size:0}
.c::before{content:"";display:inline-block;vertical-align:middle;border-radius:50%}
.p.c::before{width:16px;height:16px;background:var(--people)}
.a.c::before{width:20px;height:20px;border:3px solid var(--api)}
.u.c::before{width:26px;height:26px;border:3px solid var(--public);background:radial-gradient(circle,var(--public) 0 3.5px,var(--card) 4px)}
.q.c::before{content:"?";width:24px;height:24px;border:2px dashed var(--unknown);color:var(--unknown);font:700 14px/20px system-ui,sans-serif;text-align:center}
.why .c::before,.pad .c::before{zoom:.7}
.grid tbody tr td.u{background-image:repeating-linear-gradient(135deg,var(--stripe) 0 3px,transparent 3px 9px)}
.rows>li{border-top:1px solid var(--line)}.rows>li:first-child{border-top:0}
.row{display:grid;grid-template-columns:112px minmax(160px,.8fr) minmax(200px,1fr) minmax(200px,1.2fr);gap:4px 16px;padding:9px 20px;align-items:baseline}
.row.move{grid-template-columns:minmax(220px,1.4fr) 1.2fr 1fr}.row>*{overflow-wrap:anywhere;min-width:0}
.gate{padding:12px 20px}.gate h3{font-size:15px;margin:0}.gate ul{margin:6px 0 2px;padding-left:18px;list-style:disc}.gate li{overflow-wrap:anywhere;margin:4px 0}
.way-box{margin:0;padding:22px 24px 18px}.way-scroll{overflow-x:auto}
svg.way{display:block;width:100%;min-width:860px;height:auto;font-size:12px}
svg text{fill:var(--ink)}svg .head{fill:var(--soft);font-size:12px;letter-spacing:.02em}
svg .t{font-weight:650;font-size:14px}svg .s{font-size:13px}svg .d{fill:var(--soft);font-size:11.5px}
svg .mid,svg .gate-t{text-anchor:middle}svg [class^=chip] .mid{font-size:12px}svg .end{text-anchor:end}
svg rect.gate{fill:var(--zebra);stroke:var(--line);stroke-width:1.5}svg .gate-t{font-weight:650;font-size:14px}
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
@media screen and (max-width:760px){
header,main,footer{padding-inline:16px}header{padding-top:24px}.tabs a{padding:10px 12px}
.wide{display:none}
.tiles{grid-template-columns:1fr 1fr}.tile{padding:10px 14px}.tile b{font-size:24px}
.card.apps,.card.rows,.card.people,.card.gates{background:none;border:0;box-shadow:none;border-radius:0}
.apps>li,.rows>li,.people>li,.gates>li,.apps>li:first-child,.rows>li:first-child,.people>li:first-child,.gates>li:first-child{background:var(--card);border:1px solid var(--line);border-radius:12px;margin:0 0 10px;box-shadow:var(--shadow)}
summary,.row,.row.move,.in{grid-template-columns:minmax(0,1fr)}summary{padding:12px 16px 12px 36px}.in{padding:0 16px 14px}.row{padding:12px 16px}
.name .soft{display:block}.row.move{display:flex;flex-wrap:wrap;gap:4px 8px}.row.move>:first-child{flex-basis:100%}
.filter{position:sticky;top:0;z-index:4;background:var(--bg);padding:8px 0}.filter input{flex:1 1 0}.filter select{max-width:44%}.filter label{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.status:empty{display:none}.status{flex-basis:100%}
.plain:not(.asked) thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.plain:not(.asked) :is(tr,td,tbody th){display:block;max-width:none}.plain:not(.asked) :is(td,tbody th){border:0;padding:1px 0}
.plain:not(.asked) tbody tr{border-top:1px solid var(--line);padding:8px 0}.plain:not(.asked) tbody tr:first-child{border-top:0}
.plain td[data-head]::before{content:attr(data-head) ": ";color:var(--soft)}
.pad{padding:6px 16px}
}
@media print{
@page{margin:14mm}
:root{--bg:#fff;--line:#bbb;--zebra:#fff;--shadow:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:12px}header,main,footer{max-width:none;padding-inline:0}
.off{display:revert!important}tr.off{display:table-row!important}:is(td,th).off{display:table-cell!important}summary.off,.row.off{display:grid!important}.panel.off{display:block!important}
nav,.tabs,.filter{display:none!important}
.panel>h2,.panel[role=tabpanel]>h2{position:static;width:auto;height:auto;clip-path:none}
.panel+.panel{break-before:page}
.grid{max-height:none;overflow:visible}.grid table{table-layout:fixed;width:100%}.grid td.c{width:auto;min-width:0;height:22px}.grid td.c::before{zoom:.6}
.grid thead>tr>*,.grid tbody th{position:static}.grid :is(thead td:first-child,tbody th){width:120px;min-width:0}.grid tbody th a{padding:2px 8px 2px 0}
.way-scroll{overflow:visible}svg.way{min-width:0}.way-box{padding:8px}
details::details-content{content-visibility:visible;display:block}
summary{min-height:0;padding-block:6px}.in{grid-template-columns:1fr;font-size:11px;gap:2px}.plain,.why,.asked{font-size:11px}.plain :is(th,td),.plain tbody th{padding:2px 10px 2px 0;min-width:76px}
summary::before{display:none}summary,.in{padding-left:12px}
li,tr,.tile,svg{break-inside:avoid}.apps>li{break-inside:auto}h2,h3,summary{break-after:avoid}
}
`;
