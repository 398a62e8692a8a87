import { ORM_ENTITIES } from '../../src/app-services';
import { SourceRegistry } from '../../src/ingress/sources/source-registry';
import { SourceService } from '../../src/ingress/sources/source-service';
import { SecretBox } from '../../src/kernel/secret-box';
import { openDatabase } from '../../src/platform/postgres/database';
import { openOrm } from '../../src/platform/postgres/orm';
import { freshDatabase } from '../support/database';

describe('the secrets of a source', () => {
  const database = freshDatabase();

  test('one that does not open is left out and told, and the others serve', async () => {
    const db = openDatabase({ url: database.url, poolMax: 1, applicationName: 'test' });
    const orm = await openOrm({ url: database.url, role: undefined, entities: ORM_ENTITIES });
    try {
      const [own, another] = [new SecretBox(SecretBox.newKey()), new SecretBox(SecretBox.newKey())];
      const { secret } = await new SourceService(orm, own).add({ name: 'acme', profile: 'telegram-crm' });
      await new SourceService(orm, another).rotate('acme', 60_000);
      const said: string[] = [];
      const registry = new SourceRegistry(db, own, (message) => said.push(message));
      expect(await registry.refresh()).toBe(true);
      expect(registry.byName('acme')?.credentials.secrets).toMatchObject([{ keyId: 'k_1', secret }]);
      expect(said).toEqual(['the secret acme/k_2 does not open with this SECRETS_KEY; it is left out']);
    } finally {
      await orm.destroy();
      await db.close();
    }
  });
});
