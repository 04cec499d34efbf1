/**
 * The credit with which each account of `accounts.yaml` starts the demo, in its currency. Most have plenty; a few run out
 * within half a minute of traffic, and one has none and is blocked by its first charge.
 */
export const OPENING_CREDIT: ReadonlyMap<string, string> = new Map([
  ['nordlicht-logistik', '12000.00'],
  ['harbor-dental', '6000.00'],
  ['atelier-lumiere', '5.00'],
  ['prairie-solar', '5000.00'],
  ['tatra-tours', '3500.00'],
  ['globe-freight', '4000.00'],
  ['canal-bikes', '3.00'],
  ['maple-realty', '2500.00'],
  ['vltava-software', '2500.00'],
  ['summit-outfitters', '2.50'],
  ['osteria-verde', '1800.00'],
  ['bayside-insurance', '2000.00'],
  ['fjord-energi', '1500.00'],
  ['cobalt-recruiting', '1.00'],
  ['alpenblick-hotels', '1500.00'],
  ['lisboa-ceramics', '1200.00'],
  ['redwood-clinics', '1500.00'],
  ['wicklow-stud', '0.50'],
  ['vistula-parts', '1000.00'],
  ['paper-lantern', '0.00'],
  ['desert-courier', '900.00'],
  ['saimaa-timber', '1200.00'],
])
