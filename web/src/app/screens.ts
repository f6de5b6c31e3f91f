// Every screen by its address. A desk is one chunk, fetched when somebody first sits down at it;
// the floor comes with the page, because everybody begins there.

import type { Component } from 'svelte';
import Floor from '../desks/floor/Floor.svelte';
import type { IconName } from '../kit/icons.ts';
import type { Key } from '../i18n/catalogue.ts';

export type Desk = Component<{ screen: string; id: string; part: string }>;

export interface Screen {
  /** Its address begins with this. */
  path: string;
  title: Key;
  icon: IconName;
  desk: () => Promise<Desk> | Desk;
  /** Shown to whoever may call this operation of the contract; staff alone when so marked. */
  operation: string;
  staff?: boolean;
  /** Fills a screen on the wall: without the head and the ways to other screens. */
  bare?: boolean;
}

/** The same promise every time: a new one would make the screen begin again. */
function once(load: () => Promise<{ default: Desk }>): () => Promise<Desk> {
  let found: Promise<Desk> | undefined;
  return () => (found ??= load().then((module) => module.default));
}

const bookings = once(() => import('../desks/bookings/Bookings.svelte'));
const jobs = once(() => import('../desks/jobs/Jobs.svelte'));
const accounts = once(() => import('../desks/accounts/Accounts.svelte'));
const counter = once(() => import('../desks/counter/Counter.svelte'));
const office = once(() => import('../desks/office/Office.svelte'));
const rulebook = once(() => import('../desks/rulebook/Rulebook.svelte'));
const costs = once(() => import('../desks/costs/Costs.svelte'));
const recycling = once(() => import('../desks/recycling/Recycling.svelte'));
const wall = once(() => import('../desks/wall/Wall.svelte'));
const care = once(() => import('../desks/care/Care.svelte'));
const access = once(() => import('../desks/access/Access.svelte'));

export const screens: Screen[] = [
  { path: '/', title: 'nav.today', icon: 'home', desk: () => Floor, operation: 'listMachines' },
  { path: '/book', title: 'nav.book', icon: 'plus', desk: bookings, operation: 'createBooking' },
  { path: '/desk', title: 'nav.desk', icon: 'search', desk: counter, operation: 'issueCard',
    staff: true },
  { path: '/bookings', title: 'nav.bookings', icon: 'calendar', desk: bookings,
    operation: 'listBookings' },
  { path: '/waitlist', title: 'nav.waitlist', icon: 'clock', desk: bookings,
    operation: 'listWaitlist' },
  { path: '/jobs', title: 'nav.jobs', icon: 'bolt', desk: jobs, operation: 'listUsageSessions' },
  { path: '/invoices', title: 'nav.invoices', icon: 'bill', desk: accounts,
    operation: 'listInvoices' },
  { path: '/unattributed', title: 'nav.unattributed', icon: 'question', desk: jobs,
    operation: 'assignUsageSession' },
  { path: '/timeline', title: 'nav.timeline', icon: 'bars', desk: office,
    operation: 'getCalendar', staff: true },
  { path: '/billing', title: 'nav.billing', icon: 'stamp', desk: accounts,
    operation: 'createBillingRun' },
  { path: '/services', title: 'services.title', icon: 'tag', desk: accounts,
    operation: 'listServices', staff: true },
  { path: '/items', title: 'items.title', icon: 'plus', desk: accounts, operation: 'listItems' },
  { path: '/payments', title: 'nav.payments', icon: 'cash', desk: accounts,
    operation: 'listPayments' },
  { path: '/claims', title: 'nav.claims', icon: 'cash', desk: accounts, operation: 'listClaims' },
  { path: '/ageing', title: 'nav.ageing', icon: 'clock', desk: accounts, operation: 'getAgeing' },
  { path: '/close', title: 'nav.close', icon: 'check', desk: accounts,
    operation: 'getPeriodClose' },
  { path: '/taxes', title: 'taxes.title', icon: 'stamp', desk: accounts,
    operation: 'listTaxes' },
  { path: '/money-rules', title: 'moneyRules.title', icon: 'cash', desk: accounts,
    operation: 'getMoneySettings' },
  { path: '/ledger', title: 'nav.ledger', icon: 'book', desk: accounts, operation: 'getLedger' },
  { path: '/enterprises', title: 'nav.enterprises', icon: 'shop', desk: office,
    operation: 'listEnterprises', staff: true },
  { path: '/trainings', title: 'nav.trainings', icon: 'people', desk: counter,
    operation: 'listTrainings' },
  { path: '/courses', title: 'course.title', icon: 'book', desk: counter,
    operation: 'listCourses' },
  { path: '/programme', title: 'programme.title', icon: 'bars', desk: office,
    operation: 'getProgrammeReport' },
  { path: '/people', title: 'nav.people', icon: 'people', desk: office, operation: 'listPeople' },
  { path: '/alarms', title: 'nav.alarms', icon: 'warning', desk: office,
    operation: 'listAlarms' },
  { path: '/timetables', title: 'nav.timetables', icon: 'calendar', desk: office,
    operation: 'listTimetables' },
  { path: '/devices', title: 'nav.devices', icon: 'chip', desk: office,
    operation: 'listDevices' },
  { path: '/lines', title: 'nav.lines', icon: 'wire', desk: office, operation: 'listLines' },
  { path: '/energy', title: 'nav.energy', icon: 'bolt', desk: office,
    operation: 'getFacilityBalance' },
  { path: '/costs', title: 'costs.title', icon: 'cash', desk: costs,
    operation: 'getCostRecovery' },
  { path: '/recycling', title: 'recycle.title', icon: 'recycler', desk: recycling,
    operation: 'listWeighTickets' },
  { path: '/rates', title: 'nav.rates', icon: 'tag', desk: office, operation: 'listRateCards' },
  { path: '/closures', title: 'nav.closures', icon: 'warning', desk: office,
    operation: 'createClosure' },
  { path: '/wall', title: 'nav.wall', icon: 'machine', desk: wall, operation: 'listMachines',
    staff: true, bare: true },
  { path: '/notices', title: 'nav.notices', icon: 'bell', desk: office,
    operation: 'listNotices' },
  { path: '/messages', title: 'nav.messages', icon: 'mail', desk: office,
    operation: 'listMessages' },
  { path: '/hours', title: 'nav.hours', icon: 'clock', desk: rulebook, operation: 'getOpening',
    staff: true },
  { path: '/rules', title: 'nav.rules', icon: 'check', desk: rulebook, operation: 'listSettings',
    staff: true },
  { path: '/resources', title: 'nav.resources', icon: 'wrench', desk: rulebook,
    operation: 'listResources', staff: true },
  { path: '/shifts', title: 'nav.shifts', icon: 'moon', desk: rulebook, operation: 'listShifts' },
  { path: '/tickets', title: 'care.tickets', icon: 'wrench', desk: care,
    operation: 'listTickets' },
  { path: '/maintenance', title: 'care.plans', icon: 'clock', desk: care,
    operation: 'listPlans' },
  { path: '/shares', title: 'care.shares', icon: 'people', desk: care, operation: 'getShares' },
  { path: '/imports', title: 'nav.imports', icon: 'download', desk: office,
    operation: 'importTable' },
  { path: '/recoveries', title: 'access.office', icon: 'shield', desk: access,
    operation: 'listRecoveries' },
  { path: '/access', title: 'access.mine', icon: 'shield', desk: access,
    operation: 'getMyAccess' },
  { path: '/audit', title: 'nav.audit', icon: 'eye', desk: office, operation: 'listAudit' },
];

/** The screen of an address, with what follows its path: /invoices/<id>/<part>. */
export function find(address: string): { screen: Screen; id: string; part: string } | undefined {
  const [, first = '', id = '', part = ''] = address.split('/');
  const screen = screens.find((one) => one.path === `/${first}`);
  return screen && { screen, id, part };
}
