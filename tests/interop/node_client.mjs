// Runs beside an installed alipay-sdk for Node.js: one JSON command a line in, one JSON result a line out.
//
// The client is used as published; the address is its `gateway` option. Its folder comes as the first argument.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(process.argv[2] + '/'));
const { AlipaySdk } = require('alipay-sdk');

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const settings = JSON.parse((await lines.next()).value);
const trusted = settings.app_cert_path
  ? {
      appCertPath: settings.app_cert_path,
      alipayPublicCertPath: settings.alipay_cert_path,
      alipayRootCertPath: settings.root_cert_path,
    }
  : { alipayPublicKey: settings.alipay_public_key };
const client = new AlipaySdk({
  appId: settings.app_id,
  privateKey: settings.app_private_key,
  ...trusted,
  gateway: settings.gateway,
  camelcase: false,
});

for await (const line of lines) {
  let answer;
  try {
    answer = { result: await perform(JSON.parse(line)) };
  } catch (error) {
    answer = { error: error.name, message: error.message.slice(0, 500) };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}

async function perform(command) {
  if (command.how === 'verify') {
    return client.checkNotifySignV2(command.fields);
  }
  const params = { bizContent: command.biz };
  if (command.notify_url) params.notifyUrl = command.notify_url;
  if (command.return_url) params.returnUrl = command.return_url;
  if (command.how === 'page') {
    return client.pageExecute(command.method, command.http_method, params);
  }
  if (command.how === 'order string') {
    return client.sdkExecute(command.method, params);
  }
  return client.exec(command.method, params, { validateSign: true });
}
