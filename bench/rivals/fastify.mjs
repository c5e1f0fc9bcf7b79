// node fastify.mjs MODULES DATABASE PORT
import { createRequire } from 'node:module';

import { SQL, feature } from './households.mjs';

const [modules, database, port] = process.argv.slice(2);
const load = createRequire(`${modules}/`);
const one = new (load('better-sqlite3'))(database).prepare(SQL);
const nullable = (type) => ({ type, nullable: true });

// With a schema Fastify writes JSON by a compiled function: its fastest way.
const answer = {
    type: 'object',
    properties: {
        type: { type: 'string' }, id: { type: 'string' }, geometry: { type: 'null' },
        properties: {
            type: 'object',
            properties: {
                code: { type: 'string' }, village: nullable('string'), unit: nullable('string'),
                main_crop: nullable('string'), area_m2: nullable('number'), has_smartphone: nullable('boolean'),
                surveyed_on: nullable('string'), digitised: nullable('boolean'), digitised_on: nullable('string'),
                has_account: nullable('boolean'), platform: nullable('string'),
            },
        },
    },
};

const app = load('fastify')();
app.get('/items/:code', { schema: { response: { 200: answer } } }, (request, reply) => {
    const row = one.get(request.params.code);
    if (!row) {
        return reply.code(404).send();
    }
    return reply.type('application/geo+json').send(feature(row));
});
await app.listen({ host: '127.0.0.1', port: Number(port) });
