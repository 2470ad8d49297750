// The charts: one for each line of the timeline, with one axis of time and one cursor.
// uPlot stands before this file, and page.js before that.

const series = [...document.querySelectorAll('.chart')].map((div) =>
  ({ div, key: div.dataset.series, what: div.dataset.what }));
const line = report.timeline;
const step = line.step_seconds;
const begin = line.start[0];
const end = line.start[line.start.length - 1] + step;
// Lengths of time that a bar can have, in seconds: up to hours, then days.
const lengths = [1, 5, 15, 60, 300, 900, 3600, 7200, 10800, 21600, 43200,
  ...[1, 2, 7, 30, 90, 365, 3650].map((days) => days * 86400)];
// The distances of the lines of a grid: 1, 2, 5, 10, ...
const distances = [1, 2, 5].flatMap((n) => [...Array(12).keys()].map((p) => n * 10 ** p)).sort((a, b) => a - b);
const idle = $('at').textContent;
let charts = [];
let bars = null;

// summed adds up the timeline in bars of a round length, at most so many.
function summed([from, to], most) {
  const length = lengths.find((l) => l >= step && l % step === 0 && (to - from) / l <= most)
    || step * Math.ceil((to - from) / most / step);
  const shift = offset(from * 1e3); // days begin at midnight of the log's time zone
  const first = Math.floor((from + shift) / length) * length - shift;
  const n = Math.max(1, Math.ceil((to - first) / length));
  const start = Array.from({ length: n }, (_, i) => first + i * length);
  const sums = Object.fromEntries(series.map(({ key }) => [key, new Array(n).fill(0)]));
  line.start.forEach((t, i) => {
    const bar = Math.floor((t - first) / length);
    if (bar < 0 || bar >= n) return;
    for (const { key } of series) sums[key][bar] += (line[key] || [])[i] || 0;
  });
  return { length, start, sums, from: first, to: first + n * length };
}

// ---- what is shown

// visible is the range of time that the charts show: all, unless the address says less.
function visible() {
  const s = state();
  const from = Math.max(begin, Number(s.get('from')) || begin);
  const to = Math.min(end, Number(s.get('to')) || end);
  return to - from >= step ? [from, to] : [begin, end];
}

// zoom shows another range, or as much of it as there is.
function zoom(from, to) {
  const length = Math.min(end - begin, Math.max(step * 4, to - from));
  const first = Math.max(begin, Math.min(from, end - length));
  const all = length >= end - begin;
  show({ from: all ? '' : Math.round(first), to: all ? '' : Math.round(first + length) });
}

// The buttons: what each does, and when it does nothing.
const buttons = {
  in: { show: (a, b, part) => zoom(a + part, b - part), off: (a, b) => b - a <= step * 4 },
  out: { show: (a, b, part) => zoom(a - 2 * part, b + 2 * part), off: (a, b) => a <= begin && b >= end },
  left: { show: (a, b, part) => zoom(a - 2 * part, b - 2 * part), off: (a) => a <= begin },
  right: { show: (a, b, part) => zoom(a + 2 * part, b + 2 * part), off: (a, b) => b >= end },
  all: { show: () => zoom(begin, end), off: (a, b) => a <= begin && b >= end },
};

// ---- drawing

const short = (n) => (n >= 1e6 ? n / 1e6 + 'M' : n >= 1e4 ? n / 1e3 + 'k' : count(n));

// times labels the axis of time: months, days, or hours with the day where it changes.
function times(u, moments, axis, space, distance) {
  let before = '';
  return moments.map((s) => {
    const p = at(s * 1e3);
    if (distance >= 28 * 86400) return `${months[p.month]} ${p.year}`;
    const date = `${p.day} ${months[p.month]}`;
    if (distance >= 86400) return date;
    const text = date === before ? clock(p) : `${date} ${clock(p)}`;
    before = date;
    return text;
  });
}

// options are uPlot's options for a chart. Only the last chart shows the axis of time.
function options(key, width, last) {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue('--' + name).trim();
  const axis = { stroke: colour('soft'), font: '12px system-ui, sans-serif', ticks: { show: false } };
  const grid = { stroke: colour('line'), width: 1 };
  return {
    width,
    height: last ? 122 : 92,
    padding: [8, 8, last ? 0 : 3, 0],
    legend: { show: false },
    tzDate: (s) => uPlot.tzDate(new Date(s * 1e3), page.zone),
    cursor: {
      sync: { key: 'time', setSeries: false },
      y: false,
      points: { show: false },
      drag: { x: true, y: false, setScale: false },
      bind: { dblclick: () => () => zoom(begin, end) },
    },
    scales: {
      x: { range: () => [bars.from, bars.to] },
      y: { range: (u, min, max) => [0, Math.max(1, max) * 1.05] },
    },
    axes: [
      { ...axis, show: last, grid: { show: false }, space: 76, size: 30, values: times },
      { ...axis, grid, size: 56, space: 26, incrs: distances, values: (u, all) => all.map(short) },
    ],
    series: [{}, {
      fill: colour(key), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.86, 200], align: 1 }),
    }],
    hooks: { setSelect: [dragged], setCursor: [pointed] },
  };
}

function drawCharts() {
  const width = series[0].div.clientWidth;
  const range = visible();
  bars = summed(range, Math.max(24, Math.floor(width / 6)));
  charts.forEach((c) => c.destroy());
  charts = series.map(({ div, key }, i) =>
    new uPlot(options(key, width, i === series.length - 1), [bars.start, bars.sums[key]], div));
  for (const b of document.querySelectorAll('[data-zoom]')) b.disabled = buttons[b.dataset.zoom].off(...range);
}

// dragged shows the part of a chart that was selected.
function dragged(u) {
  const { left, width } = u.select;
  if (width < 4) return;
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  zoom(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
}

// pointed says what the charts show at the cursor.
function pointed(u) {
  const i = u.cursor.left >= 0 ? u.cursor.idx : null;
  if (i === null || i === undefined) {
    $('at').textContent = idle;
    return;
  }
  const [from, to] = [bars.start[i] * 1e3, (bars.start[i] + bars.length) * 1e3];
  let when = `${stamp(from)} to ${clock(at(to))}`;
  if (bars.length === 86400) when = day(from);
  else if (bars.length > 86400) when = `${day(from)} to ${day(to - 1e3)}`;
  $('at').textContent = when + ': ' + series.map(({ key, what }) => `${count(bars.sums[key][i])} ${what}`).join(', ');
}

// ---- start

$('charts').hidden = false;
$('days').open = false;
for (const b of document.querySelectorAll('[data-zoom]')) {
  b.onclick = () => {
    const [from, to] = visible();
    buttons[b.dataset.zoom].show(from, to, (to - from) / 4);
  };
}
drawCharts();
let drawn = String(visible());
addEventListener('hashchange', () => {
  if (drawn === String(visible())) return;
  drawn = String(visible());
  drawCharts();
});
let width = innerWidth;
addEventListener('resize', () => {
  if (width !== innerWidth) drawCharts();
  width = innerWidth;
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawCharts);
addEventListener('beforeprint', () => { document.documentElement.dataset.print = ''; drawCharts(); });
addEventListener('afterprint', () => { delete document.documentElement.dataset.print; drawCharts(); });
