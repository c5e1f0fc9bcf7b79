// PocketBase's way to declare a collection: the fields that our server shows, open to all. The rows are put into its
// database by bench/servers.py.
migrate((db) => {
    const fields = {
        code: 'text', village: 'text', unit: 'text', main_crop: 'text', area_m2: 'number', has_smartphone: 'bool',
        surveyed_on: 'text', digitised: 'bool', digitised_on: 'text', has_account: 'bool', platform: 'text',
    };
    return new Dao(db).saveCollection(new Collection({
        name: 'farm_households',
        type: 'base',
        listRule: '',
        viewRule: '',
        schema: Object.entries(fields).map(([name, type]) => ({ name, type })),
    }));
}, () => {});
