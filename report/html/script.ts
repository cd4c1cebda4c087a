/**
 * The script of the page: tabs, filters, links into closed parts, and everything open on paper. Without it the page is
 * complete: the parts follow each other, and there is no filter.
 */
export const script = `
"use strict";
const all=(selector,root=document)=>[...root.querySelectorAll(selector)];
const panels=all(".panel");
const tabs=all(".tabs a");

function select(tab,focus){
  for(const one of tabs){
    const on=one===tab;
    one.setAttribute("aria-selected",on);
    one.tabIndex=on?0:-1;
    document.getElementById(one.hash.slice(1)).classList.toggle("off",!on);
  }
  if(focus)tab.focus();
}
if(tabs.length){
  const list=tabs[0].parentElement;
  list.setAttribute("role","tablist");
  list.setAttribute("aria-label","Parts of the report");
  list.parentElement.replaceWith(list);
  for(const [i,tab] of tabs.entries()){
    const panel=document.getElementById(tab.hash.slice(1));
    tab.setAttribute("role","tab");
    tab.setAttribute("aria-controls",panel.id);
    panel.setAttribute("role","tabpanel");
    panel.setAttribute("aria-labelledby",tab.id);
    tab.addEventListener("click",(event)=>{
      event.preventDefault();
      select(tab);
      try{history.replaceState(null,"",tab.hash)}catch{}
    });
    tab.addEventListener("keydown",(event)=>{
      const to={ArrowRight:i+1,ArrowLeft:i-1,Home:0,End:-1}[event.key];
      if(to===undefined&&event.key!==" ")return;
      event.preventDefault();
      const other=tabs.at(to===undefined?i:to%tabs.length);
      select(other,true);
      try{history.replaceState(null,"",other.hash)}catch{}
    });
  }
  select(tabs[0]);
}

/** Shows what the address names, whichever part it is in, and opens it. */
function reveal(){
  const target=document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if(!target)return;
  const panel=target.closest(".panel");
  const tab=tabs.find((one)=>one.hash==="#"+panel?.id);
  if(tab)select(tab);
  const details=target.closest("details");
  for(let one=details;one;one=one.parentElement.closest("details"))one.open=true;
  const item=target.closest(".item");
  item?.classList.remove("off");
  if(target!==panel)(item??target).scrollIntoView({block:"start"});
  details?.querySelector("summary").focus({preventScroll:true});
}
addEventListener("hashchange",reveal);
// A link to where the address already is changes nothing, and must work again.
addEventListener("click",(event)=>{
  const link=event.target.closest?.('a[href^="#"]:not([role=tab])');
  if(link&&link.hash===location.hash)reveal();
});

for(const area of all(".filtered")){
  const bar=area.querySelector(".filter");
  const [field,state,status]=["input","select",".status"].map((one)=>bar.querySelector(one));
  // People follow apps in one part. The numbers are about the first list.
  const items=all(".item",area);
  const first=items[0]?.parentElement;
  const counted=items.filter((item)=>item.parentElement===first);
  const rows=all(".grid tbody tr",area);
  const heads=all(".grid th.person",area);
  const texts=new Map();
  const textOf=(node)=>{
    if(!texts.has(node)){
      // Where only a part of an item says what it is about, a search must not find the rest.
      const parts=all(".find",node);
      texts.set(node,(parts.length?parts:[node]).map((one)=>one.textContent).join(" ").toLowerCase());
    }
    return texts.get(node);
  };
  bar.hidden=false;
  const apply=()=>{
    const words=field.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted=state?.value??"";
    const fits=(node)=>words.every((word)=>textOf(node).includes(word));
    for(const item of items){
      const inState=wanted===""||item.dataset.state===undefined||item.dataset.state.split(" ").includes(wanted);
      item.classList.toggle("off",!(fits(item)&&inState));
    }
    for(const [i,row] of rows.entries())row.classList.toggle("off",counted[i].classList.contains("off"));
    const some=words.length>0&&heads.some(fits);
    const off=heads.filter((head)=>some&&!fits(head)).map((head)=>head.cellIndex);
    for(const table of all(".grid table",area))
      for(const row of table.rows)
        for(const head of heads)row.cells[head.cellIndex].classList.toggle("off",off.includes(head.cellIndex));
    for(const part of all("section",area))
      part.classList.toggle("off",items.some((item)=>part.contains(item))&&!items.some((item)=>part.contains(item)&&!item.classList.contains("off")));
    const left=counted.filter((item)=>!item.classList.contains("off")).length;
    status.textContent=words.length===0&&wanted===""?"":left===0?"Nothing matches.":left+" of "+counted.length;
    status.classList.toggle("none",left===0);
  };
  field.addEventListener("input",apply);
  state?.addEventListener("change",apply);
  // A browser that comes back to the page fills its fields again.
  apply();
}

let closed=[];
addEventListener("beforeprint",()=>{
  closed=all("details:not([open])");
  for(const one of closed)one.open=true;
});
addEventListener("afterprint",()=>{
  for(const one of closed)one.open=false;
});
reveal();
`;
