// The words of the start page, in both languages.

export const LANG = document.documentElement.lang === 'en' ? 'en' : 'zh';

const WORDS = {
  lead: ['小程序电商平台：视频里一点，就到商品；在小程序里下单、付款、查订单。', 'A mini-program commerce platform: from a video to the product in one tap; order, pay and find the order inside the mini program.'],
  open: ['打开一个宿主应用', 'Open a host app'],
  open_hint: ['两个应用，同样的小程序。', 'Two apps, the same mini programs.'],
  short_video: ['短视频应用', 'A short-video app'],
  news: ['资讯应用', 'A news app'],
  both: ['并排看两个应用', 'Both side by side'],
  both_hint: ['同一个小程序，外面不同，里面一样', 'One mini program: different outside, the same inside'],
  look: ['给开发者和运维', 'For those who build and run it'],
  docs: ['网关的全部调用', 'Every call of the gateway'],
  docs_hint: ['给宿主、商家、创作者和运营的接口说明', 'for hosts, owners, creators and operators'],
  openapi: ['OpenAPI 3.1 文档', 'The OpenAPI 3.1 document'],
  openapi_hint: ['用来生成客户端', 'to generate clients from'],
  sandbox: ['支付宝沙箱', 'The Alipay sandbox'],
  sandbox_hint: ['模拟付款和故障，不动真钱', 'payments and faults at will; no money moves'],
  state: ['各进程状态', 'State of all processes'],
  asking: ['正在询问…', 'Asking…'],
  ready: ['就绪', 'ready'],
  'not ready': ['未就绪', 'not ready'],
  away: ['连不上', 'away'],
  unknown: ['不知道', 'unknown'],
  lost: ['连不上演示应用自己，稍后再问。', 'The demo app itself cannot be reached; asking again.'],
  no_hosts: ['还没有配置宿主应用（ANCHORAGE_HOST_DEMO_HOSTS）。', 'No host is configured (ANCHORAGE_HOST_DEMO_HOSTS).'],
  switch: ['English', '中文'],
  what_gateway: ['唯一的入口', 'the one HTTP surface'],
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
