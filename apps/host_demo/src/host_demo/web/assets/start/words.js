// The words of the start page, in both languages.

export const LANG = document.documentElement.lang === 'en' ? 'en' : 'zh';

const WORDS = {
  lead: ['小程序电商平台：点一下视频就能看到商品，下单、付款、查订单都在小程序里。', 'A mini-program commerce platform: one tap from a video to the product; order, pay and view orders inside the mini program.'],
  open: ['打开一个宿主应用', 'Open a host app'],
  open_hint: ['两个应用，同样的小程序。', 'Two apps, the same mini programs.'],
  short_video: ['短视频应用', 'A short-video app'],
  news: ['资讯应用', 'A news app'],
  both: ['并排看两个应用', 'Both side by side'],
  both_hint: ['同样的小程序，不同的应用', 'The same mini programs in different apps'],
  look: ['给开发者和运维', 'For developers and operators'],
  docs: ['网关 API 文档', 'Gateway API reference'],
  docs_hint: ['给宿主、商家、创作者和运营的接口说明', 'for hosts, owners, creators and operators'],
  openapi: ['OpenAPI 3.1 文档', 'OpenAPI 3.1 document'],
  openapi_hint: ['用于生成客户端代码', 'for generating clients'],
  sandbox: ['支付宝沙箱', 'Alipay sandbox'],
  sandbox_hint: ['模拟付款和故障，不产生真实付款', 'simulate payments and faults; no real money'],
  state: ['进程状态', 'Process status'],
  asking: ['正在查询…', 'Checking…'],
  ready: ['就绪', 'ready'],
  'not ready': ['未就绪', 'not ready'],
  away: ['无法连接', 'unreachable'],
  unknown: ['未知', 'unknown'],
  lost: ['无法连接演示应用，正在重试。', 'Cannot reach the demo app. Retrying…'],
  no_hosts: ['还没有配置宿主应用（ANCHORAGE_HOST_DEMO_HOSTS）。', 'No host app is configured (ANCHORAGE_HOST_DEMO_HOSTS).'],
  switch: ['English', '中文'],
  what_gateway: ['统一的 HTTP 入口', 'the only HTTP entry point'],
  what_identity: ['身份、令牌、会话', 'tokens, sessions, openids'],
  what_catalog: ['店铺、商品、库存、视频', 'stores, products, stock, videos'],
  what_search: ['搜索', 'search'],
  what_checkout: ['订单', 'orders'],
  what_payment: ['支付、退款、账本', 'payments, refunds, ledger'],
  what_sharecode: ['小程序码', 'share codes'],
  what_alipay_sandbox: ['支付宝沙箱', 'Alipay, simulated'],
};

export function t(name) {
  return WORDS[name]?.[LANG === 'en' ? 1 : 0] ?? name;
}

export function switchButton() {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'language';
  button.lang = LANG === 'en' ? 'zh' : 'en';
  button.textContent = t('switch');
  button.addEventListener('click', () => {
    document.cookie = `lang=${LANG === 'en' ? 'zh' : 'en'}; path=/; max-age=31536000; samesite=lax`;
    location.reload();
  });
  return button;
}
