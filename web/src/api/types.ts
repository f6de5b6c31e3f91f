// The records of the contract by short names.

import type { components } from '#contract';

type Schemas = components['schemas'];

export type Assignment = Schemas['Assignment'];
export type AuditEvent = Schemas['AuditEvent'];
export type BillingRun = Schemas['BillingRun'];
export type Booking = Schemas['Booking'];
export type BookingAction = NonNullable<Booking['actions']>[number];
export type BookingChange = Schemas['BookingChange'];
export type BookingDraft = Schemas['BookingDraft'];
export type BookingState = Schemas['BookingState'];
export type Calendar = Schemas['Calendar'];
export type Device = Schemas['Device'];
export type Enterprise = Schemas['Enterprise'];
export type EnterpriseDraft = Schemas['EnterpriseDraft'];
export type EnterpriseRef = Schemas['EnterpriseRef'];
export type Facility = Schemas['Facility'];
export type Invoice = Schemas['Invoice'];
export type InvoiceLine = Schemas['InvoiceLine'];
export type JournalEntry = Schemas['JournalEntry'];
export type Ledger = Schemas['Ledger'];
export type LineProof = Schemas['LineProof'];
export type LiveMachine = Schemas['LiveMachine'];
export type Machine = Schemas['Machine'];
export type MachineRef = Schemas['MachineRef'];
export type MachineState = LiveMachine['state'];
export type Me = Schemas['Me'];
export type Money = Schemas['Money'];
export type Offer = Schemas['Offer'];
export type OpeningHours = Schemas['OpeningHours'];
export type Outage = Schemas['Outage'];
export type Payment = Schemas['Payment'];
export type PaymentDraft = Schemas['PaymentDraft'];
export type Person = Schemas['Person'];
export type PersonDraft = Schemas['PersonDraft'];
export type PriceTerm = Schemas['PriceTerm'];
export type Quote = Schemas['Quote'];
export type RateCard = Schemas['RateCard'];
export type RateCardDraft = Schemas['RateCardDraft'];
export type RateComponent = Schemas['RateComponent'];
export type Register = Schemas['Register'];
export type Role = Schemas['Role'];
export type Slot = Schemas['Slot'];
export type Trace = Schemas['Trace'];
export type UsageSession = Schemas['UsageSession'];
export type Violation = Schemas['Violation'];
