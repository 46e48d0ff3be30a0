/// One sheet for all pages; colours only from the palette, so that their contrast is what the test computes.
enum StyleSheet {
  static let text =
    ":root{\(Palette.light.css)}\n@media (prefers-color-scheme:dark){:root{\(Palette.dark.css)}}\n" + rules

  private static let rules = """
    *{box-sizing:border-box}
    html{color-scheme:light dark;background:var(--page);color:var(--text);font:15px/1.5 system-ui,sans-serif;
      -webkit-text-size-adjust:100%}
    body{margin:0 auto;max-width:92rem;padding:0 1rem 2rem}
    a{color:var(--link)} a:hover{text-decoration-thickness:2px}
    :focus-visible{outline:2px solid var(--accent);outline-offset:2px}
    main:focus{outline:none}
    .skip{position:absolute;left:-99rem} .skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.3rem .6rem}
    header{display:flex;flex-wrap:wrap;gap:.3rem 1.5rem;align-items:center;justify-content:space-between;
      padding:.6rem 0;border-bottom:1px solid var(--line)}
    nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:center}
    nav ul{display:flex;flex-wrap:wrap;gap:.2rem;list-style:none;margin:0;padding:0}
    nav a{display:block;padding:.35rem .6rem;border-radius:.4rem;text-decoration:none;color:var(--text)}
    nav a:hover{background:var(--band)} nav a[aria-current]{background:var(--strong-back);color:var(--strong);font-weight:600}
    nav .brand{font-weight:700;padding-left:0;color:var(--text);background:none}
    #now{margin:0;color:var(--muted)} #now.stale::after{content:" the daemon doesn't answer";color:var(--hot);font-weight:600}
    h1{font-size:1.45rem;margin:1.1rem 0 .6rem;overflow-wrap:anywhere;line-height:1.25}
    h2{font-size:1.05rem;margin:0 0 .6rem} h3{font-size:.95rem;margin:.9rem 0 .3rem}
    p{margin:.4rem 0;max-width:75ch;overflow-wrap:anywhere} .muted,.note,caption,footer{color:var(--muted)}
    main{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem;align-items:start}
    main>h1,main>p,main>ul,main>dl,main>form,main>.wide,main>nav{grid-column:1/-1;margin-bottom:0}
    section{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.9rem 1rem;min-width:0}
    .reasons{list-style:none;margin:0;padding:.7rem 1rem;border-radius:.6rem;background:var(--bad-back)}
    .reasons.good{background:var(--good-back)} .reasons.warn{background:var(--warn-back)}
    .reasons li{overflow-wrap:anywhere}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.7rem;list-style:none;margin:0;padding:0}
    .tiles li>*{display:flex;flex-direction:column;height:100%;background:var(--card);border:1px solid var(--line);
      border-radius:.6rem;padding:.6rem .8rem;text-decoration:none;color:var(--text)}
    .tiles a:hover{border-color:var(--accent)} .tiles strong{font-size:1.5rem;line-height:1.2;font-variant-numeric:tabular-nums}
    .tiles .note{font-size:.85rem}
    .facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.6rem 1rem;margin:0}
    .facts dt{color:var(--muted);font-size:.85rem} .facts dd{margin:0;overflow-wrap:anywhere}
    .plain{margin:.3rem 0;padding-left:1.1rem} .plain li{overflow-wrap:anywhere}
    .scroll{overflow-x:auto;position:relative} .empty{color:var(--muted)}
    table{border-collapse:collapse;width:100%;font-size:.94rem;font-variant-numeric:tabular-nums}
    section>.scroll>table>caption{position:absolute;left:-99rem}
    table.many{min-width:46rem} table.most{min-width:70rem} .whole{white-space:nowrap}
    caption{text-align:left;padding-bottom:.3rem;font-size:.9rem}
    th,td{text-align:left;padding:.3rem .7rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top;font-weight:400}
    thead th{color:var(--muted);font-size:.85rem;white-space:nowrap} td:last-child,th:last-child{padding-right:0}
    .number{text-align:right;white-space:nowrap}
    .badge{display:inline-block;padding:0 .5rem;border-radius:1rem;border:1px solid var(--edge);white-space:nowrap}
    .badge.good{background:var(--good-back);color:var(--good);border-color:transparent}
    .badge.warn{background:var(--warn-back);color:var(--warn);border-color:transparent}
    .badge.bad{background:var(--bad-back);color:var(--bad);border-color:transparent;font-weight:600}
    .badge.strong{background:var(--strong-back);color:var(--strong);border-color:transparent;font-weight:600}
    .badge a{color:inherit}
    svg.bar{width:6rem;height:.8rem;margin-top:.35rem} td a,th a{white-space:nowrap} section>.scroll{margin-right:-.3rem;padding-right:.3rem}
    figure{margin:0} figcaption{color:var(--muted);font-size:.9rem;margin:.2rem 0 .4rem;max-width:80ch}
    svg{display:block;width:100%;height:auto;max-width:72rem} .plot{min-width:36rem} .plot.broad{min-width:50rem}
    figure>.scroll{container-type:inline-size} svg.narrow{display:none;min-width:0;max-width:28rem}
    @container (max-width:36rem){svg.forest{display:none} svg.forest.narrow{display:block}}
    svg text{font:12px system-ui,sans-serif;fill:var(--text)} svg .muted{fill:var(--muted)}
    svg .axis{stroke:var(--edge);fill:none} svg .grid{stroke:var(--line);fill:none}
    svg .line{fill:none;stroke:var(--accent);stroke-width:2} svg .line.hot{stroke:var(--hot)} svg .line.grey{stroke:var(--grey)}
    svg .line.cool{stroke:var(--cool)} svg .dashed{stroke-dasharray:5 4} svg .area,svg .band-{fill:var(--band)}
    svg .band-hot{fill:var(--hot);fill-opacity:.18} svg.natural{width:auto;min-width:0}
    svg .dot{fill:var(--accent)} svg .dot.hot,svg .fill.hot{fill:var(--hot)} svg .dot.grey,svg .fill.grey{fill:var(--grey)}
    svg .dot.cool,svg .fill.cool{fill:var(--cool)} svg .fill{fill:var(--accent)} svg .fill.pale{fill:var(--edge)} svg .hollow{fill:var(--card);stroke:var(--grey);stroke-width:1.5}
    svg .whisker{stroke:var(--accent);stroke-width:2;fill:none} svg .whisker.hot{stroke:var(--hot)} svg .whisker.grey{stroke:var(--grey)}
    svg .cell{stroke:var(--line)} svg .ground{fill:var(--card)} svg .hatching{stroke:var(--grey);stroke-width:1.2}
    svg a:focus-visible{outline:2px solid var(--accent)} svg .halo{paint-order:stroke;stroke:var(--card);stroke-width:3px}
    .after{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;align-items:baseline;margin-top:.5rem;font-size:.9rem}
    .after details{flex:1 1 100%} summary{cursor:pointer;color:var(--link)}
    .command{margin:.2rem 0;font-size:.9rem;color:var(--muted);max-width:none}
    code{font:.92em ui-monospace,monospace;background:var(--page);border:1px solid var(--line);border-radius:.3rem;padding:.1rem .35rem;
      color:var(--text);overflow-wrap:anywhere;user-select:all;
      box-decoration-break:clone;-webkit-box-decoration-break:clone} footer code{user-select:text}
    form{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:end}
    label{display:flex;flex-direction:column;font-size:.85rem;color:var(--muted)}
    input,select,button{font:inherit;color:var(--text);background:var(--card);border:1px solid var(--edge);border-radius:.4rem;
      padding:.3rem .5rem;min-height:2.3rem} input{width:9.5rem}
    button{background:var(--strong-back);color:var(--strong);font-weight:600;cursor:pointer;border-color:var(--edge)}
    .small{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:.8rem} .small svg{min-width:0}
    .pages{display:flex;gap:1rem} .bars{list-style:none;margin:0;padding:0}
    .keys{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.3rem 0;padding:0;font-size:.9rem}
    .keys svg{display:inline-block;width:1.4rem;height:.9rem;vertical-align:-.1rem;margin-right:.3rem}
    footer{margin-top:1.5rem;font-size:.85rem}
    @media (max-width:60rem){main{grid-template-columns:minmax(0,1fr)}}
    @media (max-width:30rem){body{padding:0 .6rem 1.5rem} section{padding:.7rem .7rem} nav a{padding:.35rem .45rem}
      label,input,select{width:100%} label{flex:1 1 44%}}
    @media print{header nav,footer,.after{display:none} section{break-inside:avoid}}

    """
}
