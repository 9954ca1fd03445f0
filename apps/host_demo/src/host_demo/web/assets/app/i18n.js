// The page's words in Chinese and English, and prices and dates in the reader's form.

export const LANG = document.documentElement.lang === 'en' ? 'en' : 'zh';
const AT = LANG === 'en' ? 1 : 0;
const LOCALE = LANG === 'en' ? 'en-GB' : 'zh-CN';

const WORDS = {
  feed: ['推荐', 'For you'],
  home: ['首页', 'Home'],
  programs: ['小程序', 'Mini programs'],
  programs_lead: ['来自品牌、平台和达人，用完即走', 'From brands, platforms and creators; nothing to install'],
  shops: ['购物', 'Shopping'],
  games: ['游戏', 'Games'],
  scan: ['扫一扫', 'Scan'],
  me: ['我', 'Me'],
  back: ['返回', 'Back'],
  close: ['关闭', 'Close'],
  search: ['搜索', 'Search'],
  search_hint: ['搜小程序、用户、商品', 'Brand, person, product'],
  search_try: ['大家在搜', 'Try one of these'],
  search_lead: ['搜一个品牌，它的小程序排在最前', 'Search for a brand: its mini program comes first'],
  search_none: ['没有找到“{0}”', 'Nothing found for “{0}”'],
  search_none_hint: ['换个说法，或少输几个字', 'Try another word, or fewer of them'],
  did_you_mean: ['你是不是想找', 'Did you mean'],
  results_for: ['“{0}”的结果', 'Results for “{0}”'],
  results_count: ['{0} 条结果', '{0} results'],
  mini_program: ['小程序', 'Mini program'],
  enter: ['进入', 'Open'],
  sponsored: ['广告', 'Ad'],
  brand: ['品牌', 'Brand'],
  platform: ['电商平台', 'Platform'],
  celebrity: ['达人', 'Creator'],
  followers: ['{0} 粉丝', '{0} followers'],
  merchant: ['商家', 'Merchant'],
  creator: ['创作者', 'Creator'],
  account_note: ['这是应用里的账号，不是小程序。', 'This is an account in the app, not a mini program.'],
  products: ['商品', 'Products'],
  more: ['加载更多', 'Load more'],
  all: ['全部', 'All'],
  loading: ['加载中', 'Loading'],
  retry: ['重试', 'Try again'],
  wrong_away: ['暂时连不上', 'Not reachable for the moment'],
  wrong_away_hint: ['其他部分照常可用，稍后再试。', 'Everything else still works. Try again in a moment.'],
  wrong_missing: ['这里没有东西', 'There is nothing here'],
  wrong_missing_hint: ['它可能已下架，或从未有过。', 'It may have been taken down, or never was.'],
  wrong_other: ['出了点问题', 'Something went wrong'],
  degraded: ['部分内容暂时看不到：{0}', 'Not available for the moment: {0}'],
  part_products: ['商品', 'products'],
  part_categories: ['分类', 'categories'],
  part_recently_viewed: ['最近看过', 'recently viewed'],
  part_banner: ['横幅', 'banner'],
  store: ['店铺', 'Store'],
  store_search: ['搜本店商品', 'Search this store'],
  store_search_none: ['本店没有“{0}”', 'This store has no “{0}”'],
  empty_shelf: ['这里暂时没有商品', 'Nothing on this shelf yet'],
  not_a_shop: ['这个小程序不卖东西', 'This mini program sells nothing'],
  not_a_shop_hint: ['演示里只展示它的入口。', 'The demo shows its entrance only.'],
  in_store_only: ['仅本店结果', 'From this store only'],
  sold: ['已售 {0}', '{0} sold'],
  sold_out: ['已售罄', 'Sold out'],
  from: ['{0} 起', 'from {0}'],
  stock_left: ['库存 {0}', '{0} in stock'],
  stock_few: ['仅剩 {0} 件', 'only {0} left'],
  rating: ['评分 {0}', 'Rated {0}'],
  details: ['商品详情', 'About this product'],
  facts: ['参数', 'Details'],
  pictures: ['商品图片', 'Pictures of the product'],
  picture_of: ['{0}，第 {1} 张，共 {2} 张', '{0}, picture {1} of {2}'],
  buy: ['立即购买', 'Buy now'],
  share: ['分享', 'Share'],
  my_orders: ['订单', 'Orders'],
  mine: ['我的', 'Account'],
  confirm_order: ['确认订单', 'Your order'],
  quantity: ['数量', 'Quantity'],
  less: ['减少', 'One less'],
  add_one: ['增加', 'One more'],
  address: ['收货地址', 'Deliver to'],
  another_address: ['使用新地址', 'Another address'],
  recipient: ['收货人', 'Name'],
  phone: ['手机号', 'Phone'],
  region: ['地区', 'Region'],
  street: ['详细地址', 'Street'],
  save_address: ['保存到此小程序', 'Save in this mini program'],
  demo_address: ['已填好演示地址，可以修改', 'A demo address is filled in; change it if you like'],
  total: ['合计', 'Total'],
  place_order: ['提交并支付', 'Place order and pay'],
  placing: ['正在提交…', 'Placing…'],
  to_cashier: ['正在前往收银台…', 'On the way to the cashier…'],
  pay_with: ['用支付宝支付', 'Pay with Alipay'],
  price_changed: ['价格刚刚变了，请看新价格再提交。', 'The price has just changed. Look at the new one and place it again.'],
  save: ['保存', 'Save'],
  delete: ['删除', 'Delete'],
  edit: ['修改', 'Change'],
  add_address: ['新增地址', 'Add an address'],
  no_addresses: ['还没有保存的地址', 'No saved address yet'],
  default: ['默认', 'Default'],
  make_default: ['设为默认', 'Make it the default'],
  payment_result: ['支付结果', 'Payment'],
  paid_title: ['支付成功', 'Paid'],
  paid_hint: ['订单留在{0}里，随时可查。', 'The order stays in {0}; find it there whenever you like.'],
  waiting_title: ['正在确认支付', 'Confirming the payment'],
  waiting_hint: ['等支付宝的通知，通常一两秒。', 'Waiting for Alipay’s notice: a second or two.'],
  closing_hint: ['正在向支付宝确认没有付款，最晚 {0} 结束。若已付款，订单照常有效。', 'Making sure with Alipay that nothing was paid: done by {0} at the latest. If it was paid, the order stands.'],
  unpaid_title: ['还没有付款', 'Not paid yet'],
  unpaid_hint: ['请在 {0} 前付款，库存为你留着。', 'Pay before {0}; the stock is held for you.'],
  see_order: ['查看订单', 'See the order'],
  go_on: ['继续逛', 'Go on shopping'],
  order: ['订单', 'Order'],
  order_number: ['订单号', 'Order number'],
  placed_at: ['下单时间', 'Placed'],
  trade_number: ['支付宝交易号', 'Alipay trade'],
  came_by: ['来自', 'Came by'],
  surface_video_anchor: ['视频锚点', 'a video’s anchor'],
  surface_search: ['搜索', 'search'],
  surface_mini_program_entry: ['小程序入口', 'the entrance'],
  surface_share_code: ['分享码', 'a share code'],
  surface_direct: ['直接打开', 'directly'],
  live: ['实时更新', 'Live'],
  not_live: ['正在重新连接', 'Reconnecting'],
  no_orders: ['还没有订单', 'No orders yet'],
  no_orders_hint: ['这里只有你在这个小程序里的订单。', 'Only what you order in this mini program is here.'],
  only_here: ['只显示在{0}的订单', 'Orders in {0} only'],
  step_placed: ['下单', 'Placed'],
  step_confirmed: ['确认', 'Confirmed'],
  step_awaiting_payment: ['待付款', 'To pay'],
  step_closing: ['关闭中', 'Closing'],
  step_paid: ['付款', 'Paid'],
  step_shipped: ['发货', 'Shipped'],
  step_completed: ['完成', 'Completed'],
  step_rejected: ['未成', 'Declined'],
  step_cancelled: ['取消', 'Cancelled'],
  step_refunded: ['退款', 'Refunded'],
  status_placed: ['正在确认库存', 'Checking stock'],
  status_confirmed: ['准备收银台', 'Preparing the cashier'],
  confirmed_hint: ['支付暂时还没接上，收银台好了会自动出现在这里，库存已为你留着。', 'Payment has not answered yet. The cashier appears here by itself as soon as it does; the stock is held for you.'],
  status_awaiting_payment: ['待付款', 'To pay'],
  status_closing: ['正在关闭', 'Closing'],
  status_paid: ['待发货', 'Paid, to be shipped'],
  status_shipped: ['已发货', 'Shipped'],
  status_completed: ['已完成', 'Completed'],
  status_rejected: ['下单失败', 'Not accepted'],
  status_cancelled: ['已取消', 'Cancelled'],
  status_refunded: ['已退款', 'Refunded'],
  refunding: ['退款中', 'Refunding'],
  progress: ['进度', 'Progress'],
  cancel_order: ['取消订单', 'Cancel the order'],
  confirm_receipt: ['确认收货', 'I have received it'],
  ask_refund: ['申请退款', 'Ask for a refund'],
  refunds: ['退款', 'Refunds'],
  refund_amount: ['金额（元）', 'Amount (¥)'],
  refund_reason: ['原因', 'Reason'],
  refund_reason_value: ['不想要了', 'I have changed my mind'],
  refund_send: ['提交申请', 'Ask for it'],
  refund_at_most: ['最多 {0}', 'At most {0}'],
  refund_requested: ['等待商家同意', 'Waiting for the shop'],
  refund_approved: ['商家已同意', 'The shop has agreed'],
  refund_rejected: ['商家未同意', 'The shop has declined'],
  refund_processing: ['退款处理中', 'On its way'],
  refund_settled: ['已退回', 'Sent back'],
  refund_failed: ['退款未成功', 'It did not go through'],
  parcels: ['包裹', 'Parcels'],
  openid: ['你在这里的身份', 'Who you are here'],
  openid_hint: ['每个小程序、每个应用各不相同', 'Another one in each mini program and each app'],
  recent: ['最近看过', 'Recently viewed'],
  no_recent: ['还没看过商品', 'Nothing viewed yet'],
  to_pay: ['待付款', 'To pay'],
  to_ship: ['待发货', 'To ship'],
  to_receive: ['待收货', 'To receive'],
  done: ['已完成', 'Completed'],
  share_title: ['分享给朋友', 'Share with a friend'],
  share_hint: ['存下图片发给朋友，在任何一个应用里扫码都会打开这件商品。', 'Save the picture and send it. Scanned in either app, it opens this product.'],
  round_code: ['小程序码', 'Mini program code'],
  qr_code: ['二维码', 'QR code'],
  save_picture: ['保存图片', 'Save the picture'],
  copy_link: ['复制链接', 'Copy the link'],
  copied: ['已复制', 'Copied'],
  code_picture: ['打开“{0}”的小程序码', 'A code that opens “{0}”'],
  qr_picture: ['打开“{0}”的二维码', 'A QR code that opens “{0}”'],
  scan_lead: ['拍下或选一张带小程序码的图片', 'Take or choose a picture with a code in it'],
  scan_file: ['选择图片', 'Choose a picture'],
  scan_drop: ['也可以拖进来或粘贴', 'or drop or paste one here'],
  scan_camera: ['打开相机', 'Use the camera'],
  scan_stop: ['关闭相机', 'Stop the camera'],
  scan_no_camera: ['相机打不开，请选一张图片。', 'The camera cannot be used here. Choose a picture instead.'],
  scan_looking: ['正在找码…', 'Looking for a code…'],
  scan_aim: ['把码放进框里', 'Hold the code inside the frame'],
  scan_text: ['或粘贴链接', 'Or paste a link'],
  scan_open: ['打开', 'Open'],
  scan_none: ['图里没有找到码。靠近一些、放平、避开反光再试。', 'No code was found. Come closer, hold it flat, avoid glare, and try again.'],
  scan_unknown: ['这个码没有发放过。', 'This code was never given out.'],
  scan_withdrawn: ['这个码已被收回。', 'This code has been withdrawn.'],
  target_sold_out: ['已售罄，可以看看店里别的。', 'It is sold out. Have a look round the store.'],
  target_delisted: ['商品已下架。', 'The product has been taken down.'],
  target_suspended: ['小程序暂停服务。', 'The mini program is suspended.'],
  target_not_in_this_host: ['这个小程序不在本应用里。', 'This mini program is not in this app.'],
  target_gone: ['商品已经没有了。', 'The product is gone.'],
  services: ['服务与订单', 'Services and orders'],
  services_lead: ['{0}自己的服务，由应用自己记录', 'What {0} itself sells, kept by the app itself'],
  services_note: ['小程序里的订单不在这里：它们只在各自的小程序里，应用也看不到。', 'Orders made in mini programs are not here: they live in their mini programs only, and the app cannot read them.'],
  service_coins: ['60 枚金币', '60 coins'],
  service_membership: ['会员一个月', 'Membership for a month'],
  service_data_pack: ['免流量包', 'Data pack for videos'],
  service_take: ['领取', 'Get it'],
  services_entries: ['我的记录', 'My entries'],
  services_none: ['还没有记录', 'No entries yet'],
  demo_free: ['演示，不收费', 'free in the demo'],
  language: ['English', '中文'],
  language_name: ['切换到英文', 'Switch to Chinese'],
  other_host: ['在另一个应用里看', 'See it in the other app'],
  start_page: ['平台起始页', 'The platform’s start page'],
  viewer_name: ['演示用户', 'Demo viewer'],
  viewer_hint: ['身份在你的 Cookie 里', 'Your identity is in a cookie'],
  play: ['播放', 'Play'],
  pause: ['暂停', 'Pause'],
  like: ['喜欢', 'Like'],
  video_of: ['{0} 的视频：{1}', 'Video by {0}: {1}'],
  anchors: ['视频同款', 'In this video'],
  no_videos: ['还没有视频', 'No videos yet'],
  no_videos_hint: ['演示数据正在载入，稍等片刻。', 'The demo is being loaded. Give it a moment.'],
  keys_hint: ['↑ ↓ 换视频，空格暂停', '↑ ↓ another video · space pauses'],
  beside_lead: ['一个宿主应用。里面的小程序，在哪个应用里都一样。', 'A host app. The mini programs inside are the same in every one.'],
  invalid_phone: ['请填写有效的手机号', 'Give a valid phone number'],
  out_of_stock: ['库存不足', 'Not enough in stock'],
  payment_deadline: ['超时未付款', 'Not paid in time'],
  delisted: ['商品已下架', 'The product has been taken down'],
  suspended: ['小程序暂停服务', 'The mini program is suspended'],
  cancelled_before: ['下单前已取消', 'Cancelled before it was taken'],
  cancelled_by_buyer: ['你已取消', 'You cancelled it'],
};

/** The words for `name`, with {0}, {1}… filled in. */
export function t(name, ...values) {
  const words = WORDS[name];
  if (!words) throw new Error(`no words for ${name}`);
  return words[AT].replace(/\{(\d)\}/g, (_, at) => values[Number(at)]);
}

/** The words for a code of the platform's, or `otherwise` for one that we do not know. */
export function tOr(name, otherwise) {
  return WORDS[name] ? t(name) : otherwise;
}

/** Money as {amount in fen, currency}. */
export function price(money) {
  const whole = money.amount % 100 === 0;
  return new Intl.NumberFormat(LOCALE, {
    style: 'currency', currency: money.currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: whole ? 0 : 2,
  }).format(money.amount / 100);
}

export function dateTime(text) {
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(text));
}

export function timeOfDay(text) {
  return new Intl.DateTimeFormat(LOCALE, { timeStyle: 'short' }).format(new Date(text));
}

/** 86,400 as 8.6万 or 86K. */
export function count(number) {
  return new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 }).format(number);
}

/** What a thing says of itself in `field`, in the reader's language where it does. */
export function said(thing, field) {
  return (LANG === 'en' && thing[`${field}_en`]) || thing[field];
}

/** A thing's own name. */
export function nameOf(thing) {
  return said(thing, 'title' in thing ? 'title' : 'name');
}

/** The attributes of a product or SKU: {name: value}. */
export function attributesOf(thing) {
  return LANG === 'en' && Object.keys(thing.attributes_en ?? {}).length ? thing.attributes_en : thing.attributes;
}

/** These in one sentence: a, b and c. */
export function listed(words) {
  return new Intl.ListFormat(LOCALE).format(words);
}

const HAN = /\p{Script=Han}/u;

/** Of paragraphs written in both languages the reader's, or all where there is only one. */
export function readersPart(text) {
  const paragraphs = text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim());
  const mine = paragraphs.filter((paragraph) => HAN.test(paragraph) === (LANG === 'zh'));
  return mine.length ? mine : paragraphs;
}

/** The language that a screen reader should read this text in, where it is not the page's. */
export function langOf(text) {
  return LANG === 'en' && HAN.test(text) ? 'zh' : null;
}

/** Switch to the other language. */
export function switchLanguage() {
  document.cookie = `lang=${LANG === 'en' ? 'zh' : 'en'}; path=/; max-age=31536000; samesite=lax`;
  location.reload();
}
