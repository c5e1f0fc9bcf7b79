// bun bun.mjs DATABASE PORT
import { Database } from 'bun:sqlite';

import { SQL, feature } from './households.mjs';

const [database, port] = process.argv.slice(2);
const one = new Database(database).prepare(SQL);
const headers = { 'content-type': 'application/geo+json' };

Bun.serve({
    hostname: '127.0.0.1',
    port: Number(port),
    routes: {
        '/items/:code': (request) => {
            const row = one.get(request.params.code);
            return row ? new Response(JSON.stringify(feature(row)), { headers }) : new Response(null, { status: 404 });
        },
    },
});
