// Asks for the state once a second and shows it.
const POLL_MS = 1000;
const CHART = { width: 600, height: 90, bars: 60 };
const $ = id => document.getElementById(id);
const number = new Intl.NumberFormat('en');
let shown = new Set();

const seconds = milliseconds => typeof milliseconds === 'number' ? `${(milliseconds / 1000).toFixed(1)} s` : '–';
const clock = iso => new Date(iso).toLocaleTimeString('en-GB');

function cell(text, className) {
  const td = document.createElement('td');
  const inner = className ? td.appendChild(document.createElement('span')) : td;
  if (className) inner.className = className;
  inner.textContent = text ?? '';
  td.title = text ?? '';
  return td;
}

function row(cells, isNew) {
  const tr = document.createElement('tr');
  if (isNew) tr.className = 'new';
  tr.append(...cells);
  return tr;
}

function showChecklist(steps) {
  $('checklist').replaceChildren(...steps.map(({ title, seconds: at }) => {
    const li = document.createElement('li');
    const text = document.createElement('span');
    text.textContent = title;
    if (at !== undefined) {
      li.className = 'done';
      const small = document.createElement('small');
      small.textContent = `after ${at.toFixed(1)} s`;
      text.append(small);
    }
    li.append(text);
    return li;
  }));
}

function showCounts({ accepted, received, records, events, bad, duplicates }) {
  const figures = { accepted, received, records, 'events-count': events, 'bad-count': bad, duplicates };
  for (const [id, value] of Object.entries(figures)) $(id).textContent = number.format(value);
}

function showLatency({ p50, p95, samples }, freshness) {
  $('p50').textContent = seconds(p50);
  $('p95').textContent = seconds(p95);
  $('freshness').textContent = seconds(freshness);
  const top = Math.max(1000, ...samples);
  const step = CHART.width / CHART.bars;
  $('chart').innerHTML = samples.map((sample, index) => {
    const height = Math.max(2, sample / top * CHART.height);
    const box = `x="${index * step + 1}" y="${CHART.height - height}" width="${step - 2}" height="${height}"`;
    return `<rect ${box} rx="1.5"><title>${seconds(sample)}</title></rect>`;
  }).join('');
}

function showRows(events) {
  $('no-rows').hidden = events.length > 0;
  $('rows').replaceChildren(...events.map(event => row([
    cell(clock(event.received_ts)), cell(event.event_name), cell(event.event_type, 'type'), cell(event.who),
    cell(event.page_path), cell(event.protocol),
  ], !shown.has(event.event_id))));
  shown = new Set(events.map(event => event.event_id));
}

function showBad(bad) {
  $('no-bad').hidden = bad.length > 0;
  $('bad').replaceChildren(...bad.map(event => row([
    cell(clock(event.received_ts)), cell(event.stage), cell(event.error_code, 'code'), cell(event.error_message),
  ])));
}

function showJob({ state, starts }) {
  $('job').className = `pill ${state}`;
  $('job').textContent = `Spark job ${state}${starts > 1 ? ` (start ${starts})` : ''}`;
}

async function refresh() {
  const answer = await fetch('state.json').catch(() => undefined);
  if (!answer?.ok) {
    $('job').className = 'pill gone';
    $('job').textContent = 'the demo has stopped';
    return;
  }
  const state = await answer.json();
  $('site').href = $('site-again').href = state.siteUrl;
  $('collector').textContent = state.collectorUrl;
  showChecklist(state.checklist);
  showCounts(state.counts);
  showLatency(state.latency, state.freshness);
  showRows(state.events);
  showBad(state.bad);
  showJob(state.job);
}

async function run() {
  await refresh();
  setTimeout(run, POLL_MS);
}

run();
