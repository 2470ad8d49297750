'use strict';
// Order, search and pages of the table of clients. What is not in the page's HTML comes from
// the report, which is in the page as JSON. It reaches the page as text only, never as HTML.
//
// What is shown stands behind the # of the address, so that a view can be linked:
// #sort=-failed&q=root&page=2&did=guessing&then=failed&now=still&from=1764000000&to=1764090000

const $ = (id) => document.getElementById(id);
const make = (tag, attributes, ...children) => {
  const e = document.createElement(tag);
  for (const [k, v] of Object.entries(attributes)) e.setAttribute(k, v);
  e.append(...children);
  return e;
};
const report = JSON.parse($('report').textContent);
const page = JSON.parse($('page').textContent);

// ---- numbers and times, as Go writes them into the page

const numbers = new Intl.NumberFormat('en-US');
const count = (n) => (n === null ? '–' : numbers.format(n));
const plural = (n, one) => `${count(n)} ${one}${n === 1 ? '' : 's'}`;
const seconds = (s) => (s < 1 ? s * 1e3 : s).toFixed(1).replace(/\.0$/, '') + (s < 1 ? ' ms' : ' s');

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const calendarOf = (timeZone) => new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23',
  year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
let calendar;
try {
  calendar = calendarOf(page.zone);
} catch { // a zone that only the system knows
  page.zone = 'UTC';
  calendar = calendarOf(page.zone);
}
// at takes a moment apart, in the log's time zone. The month is 0 to 11.
const at = (moment) => {
  const p = {};
  for (const { type, value } of calendar.formatToParts(moment)) p[type] = Number(value);
  return { ...p, month: p.month - 1 };
};
const clock = (p) => [p.hour, p.minute].map((n) => String(n).padStart(2, '0')).join(':');
const date = (p) => `${p.day} ${months[p.month]} ${p.year}`;
const day = (moment) => date(at(moment));
const stamp = (moment) => `${day(moment)} ${clock(at(moment))}`;
// offset is how many seconds the log's time zone is ahead of UTC.
const offset = (moment) => {
  const p = at(moment);
  return (Date.UTC(p.year, p.month, p.day, p.hour, p.minute, p.second) - Math.floor(moment / 1e3) * 1e3) / 1e3;
};

// ---- what is shown

// state has the last view: a link to a section, #clients, does not change it.
let view = '';
const state = () => {
  if (location.hash.includes('=')) view = location.hash.slice(1);
  return new URLSearchParams(view);
};

// show changes the view. An empty value removes what it sets.
const show = (changes) => {
  const s = state();
  for (const [k, v] of Object.entries(changes)) {
    if (v === '') s.delete(k);
    else s.set(k, v);
  }
  location.replace('#' + (String(s) || '='));
};

// ---- rows

const clients = report.clients || [];
// rows has a row for each client, or for all clients of an IPv6 /64.
const rows = [];
const groups = new Map(page.groups.flatMap((g) => g.of.map((i) => [i, g])));
clients.forEach((client, i) => {
  const g = groups.get(i);
  if (!g) rows.push({ client, label: client.label || client.address, of: [i] });
  else if (g.of[0] === i) rows.push({ client: g.sum, label: g.label, of: g.of });
});
const words = { reading: new Map(page.readings), then: new Map(page.then), change: new Map(page.changes),
  verdict: new Map(page.verdicts) };
const word = (of, value) => (words[of].has(value) ? words[of].get(value) : value);
const said = (c) => c.then.name_last || c.then.name_first;
const table = $('client-table');
const titles = table ? [...table.tHead.rows[0].cells].map((th) => th.textContent) : [];

// list writes out a sample of names.
const list = ({ names, about }) => {
  const text = (names || []).map((n) => `${n.name}${n.at ? ` in ${n.at}` : ''} (${count(n.count)})`).join(', ');
  return about > (names || []).length ? `${text} and others, about ${count(about)} in all` : text;
};

// facts are the details of a row: html_clients.go writes the same.
const facts = ({ client: c, of }) => {
  const all = [];
  const add = (title, text) => { if (text) all.push([title, text]); };
  const sum = (title, n) => { if (n > 0) add(title, count(n)); };
  if (of.length > 1) {
    const more = of.length > 20 ? ` and ${count(of.length - 20)} more` : '';
    add(`${count(of.length)} addresses`, of.slice(0, 20).map((i) => clients[i].address).join(', ') + more);
  }
  add('Logged in as', list(c.logged_in));
  if (c.first_login && c.first_login.time) {
    const { time, host, user, failed_before: failed, users_before: users, unordered } = c.first_login;
    add('First login', `${stamp(new Date(time))} on ${host} as ${user}`
      + (failed > 0 ? `, ${unordered ? 'besides' : 'after'} ${plural(failed, 'failed attempt')} for about ${plural(users, 'user')}` : ''));
  }
  add('Tried to log in as', list(c.users));
  sum('Attempts for unknown users', c.unknown_user);
  sum('Right key, refused', c.refused_key);
  sum('Known user, not allowed', c.not_allowed);
  add('Refused as', list(c.refused));
  add('Refused by from=', list(c.required));
  sum('Connections dropped', c.dropped);
  sum('Connections with a complaint', c.badly_mapped);
  if (c.then.name_first !== said(c)) add('Earlier name', c.then.name_first);
  if ((c.then.names.names || []).length > 1) add('Names in the log', list(c.then.names));
  if (c.now) {
    const names = (c.now.ptr || []).map((p) => p.name).join(', ');
    add('Reverse name now', (names && names + ': ') + word('verdict', c.now.verdict));
    add('sshd would log', c.now.sshd_message);
  }
  if (c.login_wait_seconds !== null) add('A login waits', seconds(c.login_wait_seconds));
  add('Servers', (c.hosts || []).join(', '));
  if (c.first) add('First seen', stamp(new Date(c.first)));
  sum('Lines without a sure address', c.unsure);
  return all;
};

// elements are a row as html_clients.go writes it: the second tr has the details.
const elements = (row) => {
  const c = row.client;
  const head = make('th', { scope: 'row' },
    make('details', {}, make('summary', {}, make('code', {}, row.label))));
  const below = (line) => head.append(make('span', { class: 'name' }, line));
  if (said(c)) below(make('bdi', {}, said(c)));
  if (row.of.length > 1) below(`${count(row.of.length)} addresses`);
  if (c.unproven) below('not proven');
  const cells = [
    word('reading', c.reading), word('then', c.then.kind), make('span', { class: c.change }, word('change', c.change)),
    count(c.connections), count(c.failed), count(c.logins),
    c.last ? make('time', { datetime: c.last }, stamp(new Date(c.last))) : '–',
  ].map((content, i) => make('td', { 'data-label': titles[i + 1], ...(i > 2 ? { class: 'n' } : {}) }, content));
  const details = facts(row).map(([title, text]) => make('div', {}, make('dt', {}, title), make('dd', {}, text)));
  return [
    make('tr', {}, head, ...cells),
    make('tr', { class: 'more' }, make('td', { colspan: titles.length }, make('dl', {}, ...details))),
  ];
};

// ---- order and search

// addressKey makes addresses comparable as text: IPv4 first, then IPv6, each by its numbers.
const addressKey = (a) => {
  if (!a.includes(':')) return a.replace(/\d+/g, (n) => n.padStart(9, '0'));
  const [head, tail] = a.split(/[/%]/)[0].split('::').map((part) => (part ? part.split(':') : []));
  const zeros = tail ? new Array(Math.max(0, 8 - head.length - tail.length)).fill('0') : [];
  return '~' + [...head, ...zeros, ...(tail || [])].map((n) => n.padStart(4, '0')).join(':');
};
const place = (of, value) => [...words[of].keys()].indexOf(value);
const keys = {
  address: (row) => addressKey(row.label),
  did: (row) => place('reading', row.client.reading),
  then: (row) => place('then', row.client.then.kind),
  now: (row) => place('change', row.client.change),
  connections: (row) => row.client.connections,
  failed: (row) => row.client.failed,
  logins: (row) => row.client.logins,
  last: (row) => row.client.last && Date.parse(row.client.last),
};

// ordered sorts rows by a column, from the largest if its name has a minus. What the log
// does not tell comes last.
const ordered = (some, by) => {
  const sign = by.startsWith('-') ? -1 : 1;
  const column = by.replace(/^-/, '');
  if (!Object.hasOwn(keys, column)) return some;
  const key = keys[column];
  return some.map((row) => [key(row), row])
    .sort(([a], [b]) => (a === null) - (b === null) || sign * (a < b ? -1 : a > b ? 1 : 0))
    .map(([, row]) => row);
};

// searched is all text of a row: what is in the table, and whatever the report has.
const searched = (row) => {
  if (!row.text) {
    const { reading, then, change } = row.client;
    const all = [row.label, word('reading', reading), word('then', then.kind), word('change', change)];
    const collect = (v) => {
      if (typeof v === 'string') all.push(v);
      else if (v && typeof v === 'object') Object.values(v).forEach(collect);
    };
    row.of.forEach((i) => collect(clients[i]));
    row.text = all.join('\n').toLowerCase();
  }
  return row.text;
};

// Filters compare columns with the words of the report. A group is shown for any of its
// clients.
const filters = { did: (c) => c.reading, then: (c) => c.then.kind, now: (c) => c.change };
const passes = (row, wanted) => row.of.some((i) =>
  Object.entries(filters).every(([key, value]) => !wanted.has(key) || wanted.get(key) === value(clients[i])));

// ---- the table

let whole = false; // all pages at once, to be printed
const drawClients = () => {
  const s = state();
  const by = s.get('sort') || '';
  const wanted = (s.get('q') || '').toLowerCase().split(/\s+/).filter(Boolean);
  const found = ordered(rows.filter((row) => passes(row, s) && wanted.every((w) => searched(row).includes(w))), by);

  const size = whole ? rows.length : matchMedia('(max-width: 640px)').matches ? 20 : 50;
  const pages = Math.max(1, Math.ceil(found.length / size));
  const current = Math.min(pages, Math.max(1, Number(s.get('page')) || 1));
  const first = (current - 1) * size;
  const some = found.slice(first, first + size);
  table.tBodies[0].replaceChildren(...some.flatMap(elements));

  for (const th of table.tHead.rows[0].cells) {
    const { key } = th.dataset;
    if (by === key) th.setAttribute('aria-sort', 'ascending');
    else if (by === '-' + key) th.setAttribute('aria-sort', 'descending');
    else th.removeAttribute('aria-sort');
  }
  const of = found.length === rows.length ? count(rows.length) : `${count(found.length)} found`;
  $('shown').textContent = pages > 1 ? `${count(first + 1)} to ${count(first + some.length)} of ${of}` : of;
  $('reset').hidden = found.length === rows.length && !by;
  $('pages').hidden = pages === 1;
  $('before').disabled = current === 1;
  $('after').disabled = current === pages;
  $('before').onclick = () => show({ page: current - 1 });
  $('after').onclick = () => show({ page: current + 1 });
  if ($('q') !== document.activeElement) $('q').value = s.get('q') || '';
};

if (table) {
  for (const th of table.tHead.rows[0].cells) {
    const { key } = th.dataset;
    // Numbers and times begin with the largest; the third press is the report's own order.
    const turns = th.classList.contains('n') ? ['-' + key, key, ''] : [key, '-' + key, ''];
    const button = make('button', { type: 'button' }, th.textContent);
    button.onclick = () => show({ sort: turns[(turns.indexOf(state().get('sort')) + 1) % 3], page: '' });
    th.replaceChildren(button);
  }
  $('q').oninput = () => show({ q: $('q').value.trim(), page: '' });
  $('reset').onclick = () => show({ sort: '', q: '', page: '', did: '', then: '', now: '' });
  for (const e of document.querySelectorAll('[data-filter]')) {
    const link = make('a', { href: '#' + e.dataset.filter }, e.textContent);
    link.onclick = () => $('clients').scrollIntoView();
    e.replaceChildren(link);
  }
  for (const e of document.querySelectorAll('.tools')) e.hidden = false;
  if ($('more')) $('more').hidden = true;
  drawClients();
  addEventListener('hashchange', drawClients);
  addEventListener('beforeprint', () => { whole = true; drawClients(); });
  addEventListener('afterprint', () => { whole = false; drawClients(); });
}

// What is folded is printed, but for the clients' details and for the numbers that the charts
// show.
let unfolded = [];
addEventListener('beforeprint', () => {
  unfolded = [...document.querySelectorAll('details:not([open], #days, #client-table details)')];
  for (const d of unfolded) d.open = true;
});
addEventListener('afterprint', () => { for (const d of unfolded) d.open = false; });
addEventListener('load', () => { document.documentElement.dataset.ready = ''; });
