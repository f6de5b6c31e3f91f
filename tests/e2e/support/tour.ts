// Every screen there is, by who may open it.

import type { Person, Role } from './api.ts';

export interface Stop {
  name: string;
  role: Role;
  address: string;
  /** Visible when the screen has what it shows. */
  ready: string;
}

const stop = (name: string, address: string, ready = 'h1', role: Role = 'manager'): Stop =>
  ({ name, role, address, ready });

const rulesAndCare: Stop[] = [
  stop('hours', '/hours', 'section.card'),
  stop('rules', '/rules', 'section.card'),
  stop('resources', '/resources'),
  stop('shifts', '/shifts'),
  stop('signs', '/resources/signs', '[data-sign] svg'),
  stop('alarms', '/alarms', 'main h1'),
  stop('timetables', '/timetables', 'main h1'),
  stop('closures', '/closures', 'main h1'),
  stop('audit', '/audit', 'li.card'),
  stop('access', '/access', '[data-session=this]'),
  stop('recoveries', '/recoveries', 'dl'),
  stop('tickets', '/tickets', 'ol, .empty', 'operator'),
  stop('maintenance', '/maintenance', 'h2'),
  stop('shares', '/shares', '.card, .empty', 'member'),
];

/** The addresses that hold an id need a person to find one. */
export async function stops(manager: Person): Promise<Stop[]> {
  const first = async (path: string) => (await manager.get(path)).items[0].id as string;
  const booking = await first('/bookings');
  const { items: jobs } = await manager.get('/usage-sessions');
  const job = jobs.find((one: { kind: string }) => one.kind === 'booked').id as string;
  const { items: bills } = await manager.get('/invoices?state=final');
  const invoice = bills.at(-1).id as string;  // the oldest: its first line is of a machine
  const { items: lines } = await manager.get('/lines');
  const line = encodeURIComponent(lines[0].name as string);
  return [
    stop('today', '/', '[data-machine]'),
    stop('today-operator', '/', '[data-machine]', 'operator'),
    stop('today-member', '/', '[data-machine]', 'member'),
    stop('book', '/book', '[data-next]', 'member'),
    stop('book-machine', '/book?machine=laser-2', '[data-start]', 'member'),
    stop('book-staff', '/book', 'input[type=search]'),
    stop('bookings', '/bookings', 'article', 'member'),
    // Early in the morning nothing has been: the first job may have begun before its time.
    stop('bookings-all', '/bookings?show=past', 'article, .empty'),
    stop('booking', `/bookings/${booking}`, 'dl'),
    stop('waitlist', '/waitlist', 'main h1', 'member'),
    stop('jobs', '/jobs', 'a.card'),
    stop('job', `/jobs/${job}`, '[data-registers] .code'),
    stop('invoices', '/invoices', 'a.card'),
    stop('invoice', `/invoices/${invoice}`, 'ol a'),
    stop('proof', `/invoices/${invoice}/1`, '[data-registers]'),
    stop('unattributed', '/unattributed'),
    stop('timeline', '/timeline', '.axis, .list'),
    stop('billing', '/billing', 'select', 'accountant'),
    stop('services', '/services', 'li.card, .empty', 'operator'),
    stop('items', '/items', 'li.card, .empty', 'accountant'),
    stop('taxes', '/taxes', '[data-regime]', 'accountant'),
    stop('payments', '/payments', 'a.card', 'accountant'),
    stop('claims', '/claims', 'main h1', 'accountant'),
    stop('ageing', '/ageing', 'main h1', 'accountant'),
    stop('close', '/close', 'main h1', 'accountant'),
    stop('money-rules', '/money-rules', 'main h1', 'accountant'),
    stop('ledger', '/ledger', 'table', 'accountant'),
    stop('costs', '/costs', 'main h1', 'accountant'),
    stop('recycling', '/recycling', 'main h1'),
    stop('imports', '/imports', 'main h1'),
    stop('enterprises', '/enterprises', 'li.card'),
    stop('people', '/people', 'li.card'),
    stop('devices', '/devices', 'li.card'),
    stop('lines', '/lines', '[data-unit]', 'operator'),
    stop('frames', `/lines?line=${line}`, '[data-frame]'),
    stop('find', `/lines?find=${line}`, 'form'),
    stop('energy', '/energy', 'table'),
    stop('rates', '/rates', 'section.card'),
    stop('wall', '/wall', '[data-wall]', 'operator'),
    stop('notices', '/notices', '[data-notice]', 'member'),
    stop('messages', '/messages', 'section.card'),
    stop('desk', '/desk', 'input[type=search]'),
    stop('trainings', '/trainings', 'main h1'),
    stop('courses', '/courses', 'main h1'),
    stop('programme', '/programme', 'main h1'),
    ...rulesAndCare,
  ];
}
