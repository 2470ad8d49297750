'use strict';
// Order, search, pages and charts. What is not in the page's HTML comes from the report,
// which is in the page as JSON. Text reaches the page as text only, never as HTML. What is
// shown is in the part of the address after #, so that a view can be linked:
// #sort=-failed&q=root&page=2&from=1764000000&to=1764090000
(() => {
  const data = (id) => JSON.parse(document.getElementById(id).textContent);
  const report = data('report');
  const page = data('page');
  const $ = (id) => document.getElementById(id);

  // ---- text

  const numbers = new Intl.NumberFormat('en-US');
  const count = (n) => (n === null || n === undefined ? '–' : numbers.format(n));
  const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
  const two = (n) => String(n).padStart(2, '0');
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: page.zone, hourCycle: 'h23',
    year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  // at takes a moment apart, in the time zone of the log. Its month is 0 to 11.
  function at(t) {
    const p = {};
    for (const { type, value } of parts.formatToParts(t)) p[type] = Number(value);
    return { ...p, month: p.month - 1 };
  }
  const dayOf = (p) => `${p.day} ${months[p.month]} ${p.year}`;
  const clock = (p) => `${two(p.hour)}:${two(p.minute)}`;
  const day = (t) => dayOf(at(t));
  const stamp = (t) => { const p = at(t); return `${dayOf(p)} ${clock(p)}`; };
  // offset is how far the zone is ahead of UTC, in seconds.
  const offset = (t) => { const p = at(t); return Date.UTC(p.year, p.month, p.day, p.hour, p.minute, p.second) / 1e3 - Math.floor(t / 1e3); };

  // make returns an element with these attributes, and with children that are nodes or text.
  function make(tag, attributes, ...children) {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes || {})) e.setAttribute(k, v);
    e.append(...children.filter((c) => c !== null));
    return e;
  }

  // ---- the address

  // state is what is shown. A link to a section does not change it.
  let last = '';
  function state() {
    if (location.hash.includes('=')) last = location.hash.slice(1);
    return new URLSearchParams(last);
  }

  // show changes what is shown; a value of '' removes it.
  function show(changes) {
    const s = state();
    for (const [k, v] of Object.entries(changes)) {
      if (v === '') s.delete(k);
      else s.set(k, v);
    }
    location.replace('#' + (s.size ? s : '='));
  }

  // ---- clients

  const clients = report.clients || [];
  const rows = (() => {
    const groupOf = new Map();
    for (const g of page.groups) for (const i of g.of) groupOf.set(i, g);
    const all = [];
    clients.forEach((client, i) => {
      const g = groupOf.get(i);
      if (!g) all.push({ client, label: client.label || client.address, of: [i] });
      else if (g.of[0] === i) all.push({ client: g.sum, label: g.label, of: g.of });
    });
    return all;
  })();
  const table = $('client-table');
  const titles = table ? [...table.tHead.rows[0].cells].map((c) => c.textContent) : [];

  const said = (c) => c.then.name_last || c.then.name_first;
  const list = (names) => {
    const all = (names && names.names) || [];
    const text = all.map((n) => `${n.name} (${count(n.count)})`).join(', ');
    return names && names.about > all.length ? `${text} and others, about ${count(names.about)} in all` : text;
  };
  const plural = (n, one) => `${count(n)} ${one}${n === 1 ? '' : 's'}`;
  const seconds = (s) => (s < 1 ? s * 1e3 : s).toFixed(1).replace(/\.0$/, '') + (s < 1 ? ' ms' : ' s');

  // facts are the details of a client, as in html_clients.go.
  function facts({ client: c, of }) {
    const all = [];
    const add = (title, text) => text && all.push([title, text]);
    const number = (title, n) => n > 0 && add(title, count(n));
    if (of.length > 1) {
      const some = of.slice(0, 20).map((i) => clients[i].address).join(', ');
      add(`${count(of.length)} addresses`, some + (of.length > 20 ? ` and ${count(of.length - 20)} more` : ''));
    }
    add('Logged in as', list(c.logged_in));
    if (c.first_login && c.first_login.time) {
      const { time, host, user, failed_before: failures, users_before: users } = c.first_login;
      add('First login', `${stamp(new Date(time))} on ${host} as ${user}` +
        (failures > 0 ? `, after ${plural(failures, 'failed attempt')} for about ${plural(users, 'user')}` : ''));
    }
    add('Tried to log in as', list(c.users));
    number('Attempts for unknown users', c.unknown_user);
    number('Right key, refused', c.refused_key);
    number('Known user, not allowed', c.not_allowed);
    add('Refused as', list(c.refused));
    add('Refused by from=', list(c.required));
    number('Connections dropped', c.dropped);
    number('Connections with a complaint', c.badly_mapped);
    if (c.then.name_first !== said(c)) add('Earlier name', c.then.name_first);
    if (((c.then.names && c.then.names.names) || []).length > 1) add('Names in the log', list(c.then.names));
    if (c.now) {
      add('Reverse name now', c.now.verdict);
      add('PTR records now', (c.now.ptr || []).map((p) => p.name).join(', '));
      add('sshd would log', c.now.sshd_message);
    }
    if (c.login_wait_seconds !== null) add('A login waits', seconds(c.login_wait_seconds));
    add('Servers', (c.hosts || []).join(', '));
    if (c.first) add('First seen', stamp(new Date(c.first)));
    number('Lines without a sure address', c.unsure);
    return all;
  }

  // drawn returns the two rows of the table for a client, as in html_clients.go.
  function drawn(row) {
    const c = row.client;
    const cell = (i, numeric, ...content) =>
      make('td', { 'data-label': titles[i], ...(numeric ? { class: 'n' } : {}) }, ...content);
    const head = make('th', { scope: 'row', 'data-label': titles[0] },
      make('details', null, make('summary', null, make('code', null, row.label))),
      said(c) ? make('span', { class: 'name' }, make('bdi', null, said(c))) : null);
    const last = c.last ? make('time', { datetime: c.last }, stamp(new Date(c.last))) : '–';
    return [
      make('tr', null, head, cell(1, false, page.readings[c.reading] || c.reading),
        cell(2, false, page.then[c.then.kind] || c.then.kind),
        cell(3, false, make('span', { class: c.change }, page.changes[c.change] || c.change)),
        cell(4, true, count(c.connections)), cell(5, true, count(c.failed)), cell(6, true, count(c.logins)),
        cell(7, true, last)),
      make('tr', { class: 'more' }, make('td', { colspan: titles.length },
        make('dl', null, ...facts(row).map(([k, v]) => make('div', null, make('dt', null, k), make('dd', null, v)))))),
    ];
  }

  // order compares two clients by a column. Addresses are compared as numbers, and what
  // the log does not tell comes last.
  const readings = Object.keys(page.readings);
  const addressKey = (a) => a.replace(/\d+/g, (n) => n.padStart(3, '0'));
  const sortKeys = {
    address: (r) => (r.client.family === 'ipv6' ? '~' : '') + addressKey(r.label),
    did: (r) => readings.indexOf(r.client.reading),
    then: (r) => page.then[r.client.then.kind],
    now: (r) => page.changes[r.client.change],
    connections: (r) => r.client.connections,
    failed: (r) => r.client.failed,
    logins: (r) => r.client.logins,
    last: (r) => r.client.last,
  };
  function sorted(some, by) {
    const descending = by.startsWith('-');
    const keyOf = sortKeys[descending ? by.slice(1) : by];
    if (!keyOf) return some;
    const keyed = some.map((r) => [keyOf(r), r]);
    const less = (a, b) => (a < b ? -1 : a > b ? 1 : 0);
    keyed.sort(([a], [b]) => (a === null) - (b === null) || (descending ? less(b, a) : less(a, b)));
    return keyed.map(([, r]) => r);
  }

  // text returns all that a client's row and its JSON say, for the search.
  function text(row) {
    if (row.text === undefined) {
      const all = [row.label, page.readings[row.client.reading], page.then[row.client.then.kind], page.changes[row.client.change]];
      const walk = (v) => {
        if (v && typeof v === 'object') Object.values(v).forEach(walk);
        else if (typeof v === 'string') all.push(v);
      };
      row.of.forEach((i) => walk(clients[i]));
      row.text = all.join('\n').toLowerCase();
    }
    return row.text;
  }

  let found = rows;
  let whole = false; // for print
  function drawClients() {
    const s = state();
    const by = s.get('sort') || '';
    const words = (s.get('q') || '').toLowerCase().split(/\s+/).filter(Boolean);
    found = sorted(rows.filter((r) => words.every((w) => text(r).includes(w))), by);
    const size = 50;
    const pages = Math.max(1, Math.ceil(found.length / size));
    const now = Math.min(pages, Math.max(1, parseInt(s.get('page'), 10) || 1));
    const some = whole ? found : found.slice((now - 1) * size, now * size);
    table.tBodies[0].replaceChildren(...some.flatMap(drawn));
    for (const th of table.tHead.rows[0].cells) {
      const key = th.dataset.key;
      if (by === key || by === '-' + key) th.setAttribute('aria-sort', by === key ? 'ascending' : 'descending');
      else th.removeAttribute('aria-sort');
    }
    const first = (now - 1) * size;
    $('shown').textContent = found.length <= size ? `${count(found.length)} of ${count(rows.length)}`
      : `${count(first + 1)} to ${count(first + some.length)} of ${count(found.length)}`;
    $('pages').hidden = pages === 1;
    $('before').disabled = now === 1;
    $('after').disabled = now === pages;
    $('before').onclick = () => show({ page: now > 2 ? now - 1 : '' });
    $('after').onclick = () => show({ page: now + 1 });
    if ($('q') !== document.activeElement) $('q').value = s.get('q') || '';
  }

  function startClients() {
    for (const th of table.tHead.rows[0].cells) {
      const key = th.dataset.key;
      const button = make('button', { type: 'button' }, th.textContent);
      // Numbers and times begin with the largest.
      const first = th.classList.contains('n') ? '-' : '';
      button.onclick = () => {
        const by = state().get('sort');
        show({ sort: by === first + key ? (first ? key : '-' + key) : first + key, page: '' });
      };
      th.replaceChildren(button);
    }
    $('q').oninput = () => show({ q: $('q').value.trim(), page: '' });
    document.querySelector('.tools').hidden = false;
    if ($('more')) $('more').hidden = true;
    drawClients();
    addEventListener('beforeprint', () => { whole = true; drawClients(); });
    addEventListener('afterprint', () => { whole = false; drawClients(); });
  }

  // ---- charts

  const line = report.timeline;
  const step = line.step_seconds;
  const begin = line.start && line.start[0];
  const end = line.start && line.start[line.start.length - 1] + step;
  // Round lengths of time for a bar, in seconds: up to days, then whole days.
  const lengths = [1, 5, 15, 60, 300, 900, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 2592000, 7776000, 31536000];
  const names = { mapping: 'with a wrong reverse name', failed: 'failed attempts', logins: 'logins', dropped: 'dropped' };
  let charts = [];
  let bins = null;

  // binned sums up the timeline in at most n bars of a round length.
  function binned(from, to, n) {
    const length = lengths.find((l) => l >= step && l % step === 0 && (to - from) / l <= n) || step * Math.ceil((to - from) / n / step);
    const shift = offset(from * 1e3); // days begin at midnight of the log's time zone
    const first = Math.floor((from + shift) / length) * length - shift;
    const size = Math.max(1, Math.ceil((to - first) / length));
    const b = { length, from: first, to: first + size * length, start: [], sums: {} };
    for (let i = 0; i < size; i++) b.start.push(first + i * length);
    for (const key of Object.keys(names)) b.sums[key] = new Array(size).fill(0);
    line.start.forEach((t, i) => {
      const at = Math.floor((t - first) / length);
      if (at < 0 || at >= size) return;
      for (const key of Object.keys(names)) b.sums[key][at] += (line[key] || [])[i] || 0;
    });
    return b;
  }

  // visible is the range of time that is shown: all of it, unless the address says less.
  function visible() {
    const s = state();
    const from = Math.max(begin, Number(s.get('from')) || begin);
    const to = Math.min(end, Number(s.get('to')) || end);
    return to - from >= step ? [from, to] : [begin, end];
  }

  function zoom(from, to) {
    const length = Math.min(end - begin, Math.max(step * 4, to - from));
    from = Math.max(begin, Math.min(from, end - length));
    to = from + length;
    const all = length >= end - begin;
    show({ from: all ? '' : Math.round(from), to: all ? '' : Math.round(to) });
  }

  const label = (n) => (n >= 1e6 ? n / 1e6 + 'M' : n >= 1e4 ? n / 1e3 + 'k' : count(n));

  function drawCharts() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue('--' + name).trim();
    const divs = [...document.querySelectorAll('.chart')];
    charts.forEach((c) => c.destroy());
    const width = divs[0].clientWidth;
    bins = binned(...visible(), Math.max(24, Math.floor(width / 6)));
    charts = divs.map((div, i) => {
      const last = i === divs.length - 1;
      const axis = { stroke: colour('soft'), font: '12px system-ui, sans-serif', ticks: { show: false } };
      const grid = { stroke: colour('line'), width: 1 };
      return new uPlot({
        width, height: last ? 122 : 92, padding: [8, 6, last ? null : 2, 0],
        legend: { show: false },
        tzDate: (t) => uPlot.tzDate(new Date(t * 1e3), page.zone),
        cursor: { sync: { key: 'time', setSeries: false }, y: false, points: { show: false },
          drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => { zoom(begin, end); } } },
        scales: { x: { range: () => [bins.from, bins.to] }, y: { range: (u, min, max) => [0, Math.max(1, max) * 1.05] } },
        axes: [
          { ...axis, show: last, grid: { ...grid, show: false }, space: 70, size: 30, values: axisTimes },
          { ...axis, grid, size: 56, space: 26, incrs: [1, 2, 5].concat(...[1, 2, 3, 4, 5, 6, 7, 8].map((p) => [1, 2, 5].map((n) => n * 10 ** p))),
            values: (u, all) => all.map(label) },
        ],
        series: [{}, { fill: colour(div.dataset.series), stroke: colour(div.dataset.series), width: 0, points: { show: false },
          paths: uPlot.paths.bars({ size: [0.86, 60], align: 1 }) }],
        hooks: {
          setSelect: [(u) => {
            if (u.select.width < 4) return;
            const [a, b] = [u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x')];
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            zoom(a, b);
          }],
          setCursor: [tellCursor],
        },
      }, [bins.start, bins.sums[div.dataset.series]], div);
    });
    const [from, to] = visible();
    for (const b of document.querySelectorAll('[data-zoom]')) {
      b.disabled = { in: to - from <= step * 4, out: from <= begin && to >= end, all: from <= begin && to >= end, left: from <= begin, right: to >= end }[b.dataset.zoom];
    }
  }

  // axisTimes labels the axis of time: days, or hours with the day where it begins.
  function axisTimes(u, times, axis, space, increment) {
    let before = '';
    return times.map((s) => {
      const t = at(s * 1e3);
      const d = `${t.day} ${months[t.month]}`;
      if (increment >= 86400) return increment >= 86400 * 28 ? `${months[t.month]} ${t.year}` : d;
      const said = d === before ? '' : d + ' ';
      before = d;
      return said + clock(t);
    });
  }

  function tellCursor(u) {
    const i = u.cursor.idx;
    if (i === null || i === undefined || u.cursor.left < 0) { $('at').textContent = ''; return; }
    const [a, b] = [new Date(bins.start[i] * 1e3), new Date((bins.start[i] + bins.length) * 1e3)];
    const time = bins.length >= 86400 ? (bins.length === 86400 ? day(a) : `${day(a)} to ${day(new Date(b - 1))}`)
      : `${stamp(a)} to ${clock(at(b))}`;
    const values = charts.length ? [...document.querySelectorAll('.chart')].map((d) => `${count(bins.sums[d.dataset.series][i])} ${names[d.dataset.series]}`) : [];
    $('at').textContent = `${time}: ${values.join(', ')}`;
  }

  function startCharts() {
    $('charts').hidden = false;
    $('days').open = false;
    for (const b of document.querySelectorAll('[data-zoom]')) {
      b.onclick = () => {
        const [from, to] = visible();
        const part = (to - from) / 4;
        ({ in: () => zoom(from + part, to - part), out: () => zoom(from - 2 * part, to + 2 * part),
          left: () => zoom(from - 2 * part, to - 2 * part), right: () => zoom(from + 2 * part, to + 2 * part),
          all: () => zoom(begin, end) })[b.dataset.zoom]();
      };
    }
    drawCharts();
    let width = document.documentElement.clientWidth;
    addEventListener('resize', () => {
      if (width !== document.documentElement.clientWidth) drawCharts();
      width = document.documentElement.clientWidth;
    });
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawCharts);
    addEventListener('beforeprint', () => { document.documentElement.dataset.print = ''; drawCharts(); });
    addEventListener('afterprint', () => { delete document.documentElement.dataset.print; drawCharts(); });
  }

  const hasCharts = Boolean($('charts'));
  if (table) startClients();
  if (hasCharts) startCharts();
  let times = visibleKey();
  function visibleKey() { return hasCharts ? visible().join() : ''; }
  addEventListener('hashchange', () => {
    if (table) drawClients();
    if (hasCharts && times !== (times = visibleKey())) drawCharts();
  });
  document.documentElement.dataset.ready = '';
})();
