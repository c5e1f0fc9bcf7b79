// The question of bench/web.py to Bun and to Fastify: one household by its code, as a GeoJSON feature with the fields
// that our server shows. No rights are checked, no history is kept: less than what is compared with it.

const FIELDS = [
    'code', 'village', 'unit', 'main_crop', 'area_m2', 'has_smartphone', 'surveyed_on', 'digitised', 'digitised_on',
    'has_account', 'platform',
];

export const SQL = `SELECT ${FIELDS.join(', ')} FROM farm_households WHERE code = ?`;

const truth = (value) => (value === null ? null : value === 1);

export function feature(row) {
    row.has_smartphone = truth(row.has_smartphone);
    row.digitised = truth(row.digitised);
    row.has_account = truth(row.has_account);
    return { type: 'Feature', id: row.code, geometry: null, properties: row };
}
