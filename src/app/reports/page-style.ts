/** How the page looks: readable on a phone, on paper, and in the dark. */
export const pageStyle = `
:root { color-scheme: light dark; --line: #8884; --good: #2a7d46; --bad: #b3372f; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; border-bottom: 1px solid var(--line); }
ul { padding-left: 1.2rem; } li { overflow-wrap: anywhere; }
pre { overflow-x: auto; padding: .5rem; border: 1px solid var(--line); border-radius: 4px; margin: .3rem 0; user-select: all; }
code, pre, .took { font-family: ui-monospace, monospace; font-size: .9em; }
.row, time, .what { opacity: .65; font-size: .85em; }
.state-good { color: var(--good); } .state-bad, .fault { color: var(--bad); }
figure { margin: 0; }
.span { display: grid; grid-template-columns: 6rem 1fr 5rem; gap: .5rem; align-items: center; margin: .3rem 0; }
.what { grid-column: 2 / 4; overflow-wrap: anywhere; }
.track { background: #8882; border-radius: 3px; } .bar { display: block; height: .8rem; border-radius: 3px; }
.bar.good { background: var(--good); } .bar.bad { background: var(--bad); }
table { border-collapse: collapse; font-size: .85em; } td { border-top: 1px solid var(--line); padding: .2rem .5rem; vertical-align: top; overflow-wrap: anywhere; }
tr:target { background: #ff02; }
@media print { .row { text-decoration: none; } }
`;
