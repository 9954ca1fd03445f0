// The page's words in Chinese and English, and prices and dates in the reader's form.

export const LANG = document.documentElement.lang === 'en' ? 'en' : 'zh';
const AT = LANG === 'en' ? 1 : 0;
const LOCALE = LANG === 'en' ? 'en-GB' : 'zh-CN';

const WORDS = {
  feed: ['推荐', 'For you'],
  home: ['首页', 'Home'],
  programs: ['小程序', 'Mini programs'],
  programs_lead: ['来自品牌、平台和达人，用完即走', 'From brands, platforms and creators. Nothing to install'],
  shops: ['购物', 'Shopping'],
  games: ['游戏', 'Games'],
  scan: ['扫一扫', 'Scan'],
  me: ['我', 'Me'],
  back: ['返回', 'Back'],
  close: ['关闭', 'Close'],
  not_now: ['再想想', 'Not now'],
  search: ['搜索', 'Search'],
  search_hint: ['搜小程序、用户、商品', 'Brands, people, products'],
  search_try: ['大家在搜', 'Popular searches'],
  search_lead: ['搜品牌名，直达品牌小程序', 'Search for a brand to go straight to its mini program'],
  search_none: ['没有找到“{0}”的相关结果', 'No results for “{0}”'],
  search_none_hint: ['换个关键词试试', 'Try a different or shorter search'],
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
  account_note: ['这是应用内的账号，不是小程序。', 'This is an account in the app, not a mini program.'],
  products: ['商品', 'Products'],
  see_all: ['查看全部', 'See all'],
  more: ['加载更多', 'Load more'],
  all: ['全部', 'All'],
  loading: ['加载中', 'Loading'],
  retry: ['重试', 'Try again'],
  wrong_away: ['暂时无法使用', 'Temporarily unavailable'],
  wrong_away_hint: ['其他功能不受影响，请稍后再试。', 'Everything else still works. Try again in a moment.'],
  offline: ['网络未连接', 'You are offline'],
  offline_hint: ['请检查网络设置，恢复后会自动重试。', 'Check your connection. This page tries again when it is back.'],
  wrong_missing: ['内容不存在', 'Not found'],
  wrong_missing_hint: ['它可能已下架，或链接有误。', 'It may have been removed, or the link may be wrong.'],
  wrong_other: ['出了点问题', 'Something went wrong'],
  degraded: ['部分内容暂时无法显示：{0}', 'Temporarily unavailable: {0}'],
  part_products: ['商品', 'products'],
  part_categories: ['分类', 'categories'],
  part_recently_viewed: ['最近浏览', 'recently viewed'],
  part_banner: ['横幅', 'banner'],
  store: ['店铺', 'Store'],
  store_search: ['搜本店商品', 'Search this store'],
  store_search_none: ['本店没有找到“{0}”', 'No results for “{0}” in this store'],
  empty_shelf: ['暂无商品', 'No products yet'],
  none_fit: ['没有符合条件的商品', 'No products match'],
  sort: ['排序', 'Sort by'],
  sort_default: ['综合', 'Featured'],
  sort_relevance: ['综合', 'Best match'],
  sort_sales: ['销量', 'Popular'],
  sort_newest: ['新品', 'New'],
  sort_price: ['价格', 'Price'],
  sort_price_asc: ['价格从低到高', 'Price: low to high'],
  sort_price_desc: ['价格从高到低', 'Price: high to low'],
  only_in_stock: ['仅看有货', 'In stock'],
  not_a_shop: ['这个小程序没有商品', 'This mini program has no products'],
  not_a_shop_hint: ['演示中仅提供首页。', 'Only its home page is part of this demo.'],
  in_store_only: ['仅本店结果', 'From this store only'],
  sold: ['已售 {0}', '{0} sold'],
  sold_out: ['已售罄', 'Sold out'],
  from: ['{0} 起', 'from {0}'],
  in_stock: ['有货', 'In stock'],
  stock_few: ['仅剩 {0} 件', 'only {0} left'],
  rating: ['评分 {0}', 'Rated {0}'],
  reviews: ['商品评价', 'Reviews'],
  stars: ['{0} 星（满分 5 星）', '{0} out of 5 stars'],
  shop_answers: ['商家回复：', 'The shop answers:'],
  write_review: ['写评价', 'Write a review'],
  your_rating: ['打个分', 'Your rating'],
  your_review: ['评价内容', 'Your review'],
  review_hint: ['说说用起来怎么样，帮帮其他买家', 'How do you like it? Other buyers will thank you'],
  review_send: ['发布评价', 'Post review'],
  review_thanks: ['感谢你的评价', 'Thank you for your review'],
  review_waiting: ['审核中，通过后其他人可见。', 'Being checked. Others will see it once it is approved.'],
  review_refused: ['评价未通过审核，其他人看不到。', 'This review was not approved. Others cannot see it.'],
  review_hidden: ['评价已被隐藏，其他人看不到。', 'This review was hidden. Others cannot see it.'],
  already_reviewed: ['这件商品你已评价过', 'You have already reviewed this item'],
  content_refused: ['内容含有不能发布的词语，请修改后再提交。', 'Your text has words that cannot be posted. Change it and try again.'],
  details: ['商品详情', 'About this product'],
  facts: ['商品参数', 'Specifications'],
  pictures: ['商品图片', 'Product pictures'],
  picture_of: ['{0}，第 {1} 张，共 {2} 张', '{0}, picture {1} of {2}'],
  buy: ['立即购买', 'Buy now'],
  share: ['分享', 'Share'],
  my_orders: ['订单', 'Orders'],
  mine: ['我的', 'Account'],
  confirm_order: ['确认订单', 'Confirm order'],
  quantity: ['数量', 'Quantity'],
  less: ['减少', 'Decrease'],
  add_one: ['增加', 'Increase'],
  address: ['收货地址', 'Delivery address'],
  another_address: ['使用新地址', 'Use a new address'],
  recipient: ['收货人', 'Name'],
  phone: ['手机号', 'Phone'],
  region: ['地区', 'Region'],
  choose_region: ['选择省市区', 'Choose from a list'],
  search_region: ['输入地名或拼音，如“西湖”', 'Type a place, e.g. Xihu'],
  no_region_found: ['没有找到“{0}”', 'No place found for “{0}”'],
  province: ['省份', 'Province'],
  city: ['城市', 'City'],
  district: ['区县', 'District'],
  no_regions: ['地区列表暂时无法加载，请直接填写', 'The list cannot be loaded now. Please type the region.'],
  street: ['详细地址', 'Street'],
  save_address: ['保存为常用地址', 'Save for next time'],
  demo_address: ['已填好演示地址，可以修改', 'Filled in with a demo address; you can change it'],
  total: ['合计', 'Total'],
  place_order: ['提交并支付', 'Place order and pay'],
  placing: ['正在提交…', 'Placing order…'],
  to_cashier: ['正在前往收银台…', 'Opening the cashier…'],
  pay_now: ['去付款', 'Pay now'],
  cancel: ['取消', 'Cancel'],
  time_left: ['剩余 {0}', '{0} left'],
  unpaid_here: ['你在本店有一笔 {0} 的订单待付款。', 'You have an unpaid order of {0} in this store.'],
  pay_that_order: ['去付款', 'Pay for it'],
  place_another: ['继续下单', 'Order this as well'],
  see_unpaid: ['查看待付款订单', 'View unpaid orders'],
  to_store: ['进店逛逛', 'Visit the store'],
  pay_with: ['用支付宝支付', 'Pay with Alipay'],
  price_changed: ['价格有变动，请确认新价格后重新提交。', 'The price has changed. Check the new price and place your order again.'],
  save: ['保存', 'Save'],
  delete: ['删除', 'Delete'],
  edit: ['编辑', 'Edit'],
  edit_this: ['编辑：{0}', 'Edit: {0}'],
  delete_this: ['删除：{0}', 'Delete: {0}'],
  delete_address: ['删除这个地址？', 'Delete this address?'],
  add_address: ['新增地址', 'Add address'],
  no_addresses: ['暂无收货地址', 'No saved addresses yet'],
  default: ['默认', 'Default'],
  make_default: ['设为默认', 'Set as default'],
  payment_result: ['支付结果', 'Payment'],
  paid_title: ['支付成功', 'Payment successful'],
  paid_hint: ['可随时在{0}的“订单”里查看。', 'You can view it anytime under Orders in {0}.'],
  waiting_title: ['正在确认支付', 'Confirming payment'],
  waiting_hint: ['正在等待支付宝确认，通常只需一两秒。', 'Waiting for Alipay to confirm. This usually takes a second or two.'],
  closing_hint: ['支付宝最晚于 {0} 关闭这笔交易。如果你已付款，订单仍然有效。', 'Alipay closes this payment by {0} at the latest. If you already paid, your order is still valid.'],
  unpaid_title: ['还没有付款', 'Not paid yet'],
  unpaid_hint: ['请在 {0} 前完成付款，商品已为你保留。', 'Pay by {0}. Your items are reserved until then.'],
  see_order: ['查看订单', 'View order'],
  go_on: ['继续逛', 'Continue shopping'],
  order: ['订单', 'Order'],
  order_number: ['订单号', 'Order number'],
  placed_at: ['下单时间', 'Placed on'],
  trade_number: ['支付宝交易号', 'Alipay trade no.'],
  came_by: ['来源', 'Source'],
  surface_video_anchor: ['视频', 'Video'],
  surface_search: ['搜索', 'Search'],
  surface_mini_program_entry: ['小程序入口', 'Mini programs'],
  surface_share_code: ['分享码', 'Share code'],
  surface_direct: ['直接打开', 'Direct'],
  live: ['实时更新', 'Live'],
  not_live: ['正在重新连接', 'Reconnecting'],
  no_orders: ['还没有订单', 'No orders yet'],
  no_orders_hint: ['这里只显示你在这个小程序里的订单。', 'Only your orders in this mini program are shown here.'],
  only_here: ['仅显示{0}的订单', 'Orders from {0} only'],
  step_placed: ['已下单', 'Placed'],
  step_confirmed: ['已确认', 'Confirmed'],
  step_awaiting_payment: ['待付款', 'To pay'],
  step_closing: ['已取消', 'Cancelled'],
  step_paid: ['已付款', 'Paid'],
  step_shipped: ['已发货', 'Shipped'],
  step_completed: ['已完成', 'Completed'],
  step_rejected: ['未成功', 'Failed'],
  step_cancelled: ['已取消', 'Cancelled'],
  step_refunded: ['已退款', 'Refunded'],
  status_placed: ['正在确认库存', 'Checking stock'],
  status_confirmed: ['正在准备支付', 'Preparing payment'],
  confirmed_hint: ['支付暂时不可用，恢复后即可付款。商品已为你保留。', 'Payment is temporarily unavailable. The pay button will appear here once it is back; your items are reserved.'],
  status_awaiting_payment: ['待付款', 'Awaiting payment'],
  status_closing: ['已取消', 'Cancelled'],
  status_paid: ['待发货', 'Awaiting shipment'],
  status_shipped: ['已发货', 'Shipped'],
  status_completed: ['已完成', 'Completed'],
  status_rejected: ['下单失败', 'Order failed'],
  status_cancelled: ['已取消', 'Cancelled'],
  status_refunded: ['已退款', 'Refunded'],
  refunding: ['退款中', 'Refunding'],
  progress: ['进度', 'Progress'],
  cancel_order: ['取消订单', 'Cancel order'],
  cancel_hint: ['取消后无法恢复，商品将不再为你保留。', 'This can’t be undone, and your items will no longer be reserved.'],
  confirm_receipt: ['确认收货', 'Confirm receipt'],
  receipt_hint: ['请确认已收到全部商品且无误。确认后订单将完成。', 'Only confirm once you have everything and it is in good order. This completes the order.'],
  ask_refund: ['申请退款', 'Request a refund'],
  refunds: ['退款/售后', 'Refunds'],
  withdraw_refund: ['撤销退款申请（{0}）', 'Withdraw refund request ({0})'],
  withdraw_hint: ['撤销后，商家将不再处理这笔退款；如有需要，可重新申请。', 'The seller will no longer handle this request. You can send a new one later.'],
  refund_amount: ['金额（元）', 'Amount (¥)'],
  refund_reason: ['原因', 'Reason'],
  refund_reason_value: ['不想要了', 'I changed my mind'],
  refund_send: ['提交申请', 'Submit request'],
  refund_at_most: ['最多 {0}', 'Up to {0}'],
  refund_requested: ['等待商家同意', 'Waiting for the seller'],
  refund_approved: ['商家已同意', 'Approved by the seller'],
  refund_rejected: ['商家未同意', 'Declined by the seller'],
  refund_withdrawn: ['已撤销申请', 'Request withdrawn'],
  refund_processing: ['退款处理中', 'Processing'],
  refund_settled: ['已退款', 'Refunded'],
  refund_failed: ['退款失败', 'Refund failed'],
  parcels: ['物流', 'Delivery'],
  parcel_number: ['包裹 {0}', 'Parcel {0}'],
  to_come: ['待发货', 'Still to be sent'],
  rejected_because: ['商家说明：{0}', 'Seller’s reason: {0}'],
  track_parcel: ['查看物流', 'Track parcel'],
  privacy: ['隐私说明', 'Privacy'],
  openid_hint: ['本店只能看到下面这个专属编号，看不到你在应用里的账号。', 'This store sees only the ID below, never your account in the app.'],
  recent: ['最近浏览', 'Recently viewed'],
  no_recent: ['暂无浏览记录', 'Nothing viewed yet'],
  to_pay: ['待付款', 'To pay'],
  to_ship: ['待发货', 'To ship'],
  to_receive: ['待收货', 'To receive'],
  done: ['已完成', 'Completed'],
  share_title: ['分享给朋友', 'Share with a friend'],
  share_hint: ['保存图片发给朋友，在任意应用中扫码即可打开这件商品。', 'Save the picture and send it. Scan it in either app to open this product.'],
  round_code: ['小程序码', 'Mini program code'],
  qr_code: ['二维码', 'QR code'],
  save_picture: ['保存图片', 'Save picture'],
  copy_link: ['复制链接', 'Copy link'],
  copied: ['已复制', 'Copied'],
  code_picture: ['打开“{0}”的小程序码', 'A code that opens “{0}”'],
  qr_picture: ['打开“{0}”的二维码', 'A QR code that opens “{0}”'],
  scan_lead: ['拍照或选择一张带小程序码的图片', 'Take or choose a picture of a code'],
  scan_file: ['选择图片', 'Choose a picture'],
  scan_drop: ['也可以拖入或粘贴图片', 'or drop or paste one here'],
  scan_camera: ['打开相机', 'Use the camera'],
  scan_stop: ['关闭相机', 'Turn off the camera'],
  scan_no_camera: ['无法打开相机，请选择一张图片。', 'The camera is not available. Choose a picture instead.'],
  scan_looking: ['正在识别…', 'Looking for a code…'],
  scan_aim: ['将码放入框内，即可自动识别', 'Hold the code inside the frame'],
  scan_text: ['或粘贴链接', 'Or paste a link'],
  scan_open: ['打开', 'Open'],
  scan_none: ['没有识别到码，请靠近、放平、避开反光后再试。', 'No code found. Move closer, hold it flat, avoid glare and try again.'],
  scan_no_link: ['无法识别这个链接，请检查后重试。', 'We don’t recognise this link. Check it and try again.'],
  scan_unknown: ['这个码无效。', 'This code is not valid.'],
  scan_withdrawn: ['这个码已失效。', 'This code has been withdrawn.'],
  target_sold_out: ['已售罄，看看店里的其他商品吧。', 'Sold out. Take a look at what else is in the store.'],
  target_delisted: ['商品已下架。', 'This product is no longer available.'],
  target_suspended: ['小程序已暂停服务。', 'This mini program is suspended.'],
  target_not_in_this_host: ['本应用暂不支持这个小程序。', 'This mini program is not available in this app.'],
  target_gone: ['商品不存在。', 'This product no longer exists.'],
  services: ['服务与订单', 'Services and orders'],
  services_lead: ['{0}提供的服务', 'Services from {0}'],
  services_note: ['小程序里的订单请到对应的小程序查看，本应用无法读取。', 'Orders from mini programs are in each mini program. This app can’t read them.'],
  service_coins: ['60 枚金币', '60 coins'],
  service_membership: ['1 个月会员', '1-month membership'],
  service_data_pack: ['视频流量包', 'Video data pack'],
  service_take: ['领取', 'Get'],
  services_entries: ['我的记录', 'My records'],
  services_none: ['暂无记录', 'No records yet'],
  demo_free: ['演示免费', 'free in the demo'],
  language: ['English', '中文'],
  language_to: ['{0}（{1}）', '{0} ({1})'],
  language_name: ['切换到英文', 'Switch to Chinese'],
  other_host: ['并排查看两个应用', 'Both apps side by side'],
  start_page: ['平台首页', 'Platform home'],
  viewer_name: ['演示用户', 'Demo user'],
  viewer_hint: ['演示账号，仅在此浏览器中有效', 'Demo account, kept in this browser only'],
  play: ['播放', 'Play'],
  pause: ['暂停', 'Pause'],
  like: ['喜欢', 'Like'],
  video_of: ['{0} 的视频：{1}', 'Video by {0}: {1}'],
  anchors: ['视频同款', 'In this video'],
  no_videos: ['还没有视频', 'No videos yet'],
  no_videos_hint: ['演示数据加载中，请稍候。', 'The demo data is loading. Please wait a moment.'],
  no_programs: ['还没有小程序', 'No mini programs yet'],
  keys_hint: ['↑ ↓ 切换视频，空格键暂停', '↑ ↓ change video · space to pause'],
  beside_lead: ['小程序在每个应用里都一样，订单只在小程序里。', 'Mini programs are the same in every app, and keep your orders to themselves.'],
  invalid_phone: ['请填写有效的手机号', 'Enter a valid phone number'],
  too_many_unpaid_orders: ['待付款订单过多，请先付款或取消其中一笔。', 'You have too many unpaid orders. Pay or cancel one first.'],
  return_not_allowed: ['当前应用暂不支持付款，请联系客服。', 'Payments are not available in this app yet. Please contact support.'],
  wrong_state: ['订单状态已更新，请刷新后再试。', 'This order has changed. Reload the page and try again.'],
  conflict: ['提交失败，请再试一次。', 'That didn’t go through. Please try again.'],
  busy: ['当前访问人数较多，请稍后再试。', 'It’s busy right now. Please try again in a moment.'],
  not_ready: ['支付准备中，请稍后再试。', 'Payment isn’t ready yet. Please try again in a moment.'],
  already_paid: ['订单已付款', 'This order is already paid'],
  payment_closed: ['订单已无法付款', 'This order can no longer be paid'],
  too_many_addresses: ['地址数量已达上限，请先删除一个。', 'Your address book is full. Delete an address first.'],
  unknown_address: ['收货地址已删除，请重新选择。', 'This address was deleted. Choose another one.'],
  unknown_sku: ['所选规格已下架', 'This option is no longer available'],
  wrong_total: ['订单金额超出限制，请调整数量。', 'This order’s total is too high or too low. Change the quantity.'],
  invalid_content: ['请检查填写的内容', 'Please check what you entered'],
  sharing_not_allowed: ['该商品暂不支持分享', 'This product can’t be shared'],
  too_large: ['图片过大，请换一张。', 'The picture is too large. Choose another one.'],
  out_of_stock: ['商品库存不足', 'Not enough stock'],
  payment_deadline: ['超时未付款', 'Payment deadline passed'],
  delisted: ['商品已下架', 'This product is no longer available'],
  suspended: ['小程序已暂停服务', 'This mini program is suspended'],
  cancelled_before: ['订单确认前已取消', 'Cancelled before it was confirmed'],
  cancelled_by_buyer: ['你已取消', 'You cancelled it'],
  merchant_unavailable: ['商家暂时无法收款，订单已取消', 'The seller can’t take payments right now, so the order was cancelled'],
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
  return new Intl.NumberFormat(LOCALE, { style: 'currency', currency: money.currency, currencyDisplay: 'narrowSymbol' }).format(money.amount / 100);
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
