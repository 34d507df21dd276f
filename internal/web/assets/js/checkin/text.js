// Every sentence of the page, in both languages.

const all = {
  title: ['Điểm danh', 'Check-in'],
  language: ['English', 'Tiếng Việt'],
  close: ['Đóng', 'Close'],
  cancel: ['Thôi', 'Cancel'],
  insecure: ['Trang điểm danh cần địa chỉ https. Hãy mở lại bằng địa chỉ bắt đầu bằng https://.', 'The check-in page needs an https address. Open it again by the address that begins with https://.'],
  broken_store: ['Trình duyệt không cho lưu dữ liệu trên máy này (cửa sổ ẩn danh?). Hãy mở trang bằng cửa sổ thường.', 'The browser keeps no data on this device (a private window?). Open the page in an ordinary window.'],

  'enrol.title': ['Mở điểm danh trên máy này', 'Open check-in on this device'],
  'enrol.lead': ['Nhập mã 8 ký tự trên trang của điểm cầu, hoặc quét mã QR ở đó bằng máy ảnh của điện thoại. Chỉ lần đầu cần mạng; sau đó điểm danh được cả khi mất mạng.', 'Enter the code of 8 characters from the page of the site, or scan the QR code there with the camera of the telephone. Only this needs the network; after it, check-in works without.'],
  'enrol.code': ['Mã mở máy', 'Code'],
  'enrol.name': ['Tên máy này', 'Name of this device'],
  'enrol.go': ['Mở điểm danh', 'Open check-in'],
  'enrol.busy': ['Đang tải danh sách…', 'Fetching the list…'],
  'enrol.away': ['Chưa có mạng, hoặc máy chủ không trả lời. Mã vẫn dùng được trong 15 phút; hãy thử lại.', 'There is no network, or the server does not answer. The code stays good for 15 minutes; try again.'],
  'enrol.refused': ['Máy chủ không nhận mã này. Hãy lấy mã mới trên trang của điểm cầu.', 'The server does not take this code. Get a new one on the page of the site.'],
  'enrol.again': ['Mở điểm cầu khác', 'Open another site'],

  'roster.tampered': ['Danh sách trên máy không còn nguyên vẹn (chữ ký không khớp) nên không dùng. Những lượt đã ghi vẫn còn; hãy tải lại danh sách khi có mạng.', 'The list on this device is not as it was signed, so it is not used. What was noted is kept; fetch the list again when there is a network.'],
  'roster.foreign': ['Danh sách nhận được là của máy hoặc điểm cầu khác nên không dùng. Những lượt đã ghi vẫn còn.', 'This list belongs to another device or site, so it is not used. What was noted is kept.'],
  'roster.expired': ['Danh sách đã hết hạn nên không dùng nữa. Những lượt đã ghi vẫn còn; hãy tải lại danh sách khi có mạng.', 'The list has expired and is no longer used. What was noted is kept; fetch it again when there is a network.'],
  'roster.version': ['Danh sách được làm cho bản mới hơn của trang này. Hãy mở lại trang khi có mạng.', 'The list was made for a newer version of this page. Open the page again when there is a network.'],
  'roster.unsupported': ['Trình duyệt này quá cũ để kiểm chữ ký của danh sách. Hãy cập nhật trình duyệt.', 'This browser is too old to check the signature of the list. Update it.'],
  'roster.none': ['Chưa có danh sách trên máy này. Vẫn quét mã được; tên sẽ được đối chiếu khi có mạng.', 'There is no list on this device yet. Codes can be scanned; names are matched when there is a network.'],
  'roster.fetch': ['Tải lại danh sách', 'Fetch the list again'],

  'net.away': ['Không có mạng. %s đã lưu trên máy này, sẽ tự gửi.', 'No network. %s kept on this device, sent by itself later.'],
  'net.away_none': ['Không có mạng. Vẫn điểm danh được; mọi lượt đã ghi trước đó đã gửi.', 'No network. Check-in works; everything noted before has been sent.'],
  'net.waits': ['%s chờ gửi.', '%s waiting to be sent.'],
  'net.sending': ['Đang gửi %s…', 'Sending %s…'],
  'net.done': ['Đã gửi hết. Lần cuối %s.', 'Everything has been sent. Last time %s.'],
  'net.quiet': ['Chưa ghi lượt nào.', 'Nothing noted yet.'],
  'net.refused': ['Máy chủ chưa nhận: %s %s vẫn lưu trên máy này.', 'The server did not take it: %s %s kept on this device.'],
  'net.refused_plain': ['sẽ thử lại.', 'it is tried again.'],
  'net.revoked': ['Máy này đã bị thu hồi quyền gửi. %s chưa gửi vẫn giữ nguyên trên máy; hãy xuất ra tệp và đưa cho văn thư.', 'This device may no longer send. %s not sent are kept on it; export them to a file and give it to the clerk.'],
  'net.revoked_none': ['Máy này đã bị thu hồi quyền gửi. Mọi lượt đã ghi vẫn giữ trên máy và được để riêng cho văn thư xem.', 'This device may no longer send. Everything noted is kept on it, and set aside for the clerk.'],
  'net.closed': ['Hội nghị đã kết thúc điểm danh; lượt gửi sau được ghi là muộn.', 'The roll of this conference is closed; what is sent now is noted as late.'],
  'net.full': ['MÁY HẾT CHỖ LƯU. Lượt vừa rồi CHƯA được ghi. Hãy xóa bớt ảnh, tệp trên máy rồi làm lại; tạm thời ghi ra giấy.', 'THIS DEVICE IS FULL. The last check-in was NOT noted. Delete pictures or files and do it again; until then write on paper.'],
  'net.unwritten': ['Lượt vừa rồi CHƯA được ghi vì trình duyệt không lưu được. Hãy tải lại trang và làm lại.', 'The last check-in was NOT noted because the browser could not keep it. Reload the page and do it again.'],
  'net.clock': ['Đồng hồ máy này %s %s so với máy chủ. Giờ điểm danh được sửa theo máy chủ; nên chỉnh lại đồng hồ.', 'The clock of this device is %s by %s. Times are corrected by the server; set the clock right.'],
  'length.minutes': ['%d phút', '%d minutes'],
  'length.hours': ['%s giờ', '%s hours'],
  'net.fast': ['nhanh', 'fast'],
  'net.slow': ['chậm', 'slow'],
  'net.update': ['Có bản mới của trang này.', 'There is a new version of this page.'],
  'net.update_go': ['Dùng bản mới', 'Use it'],
  'net.retry': ['Gửi ngay', 'Send now'],
  'count.facts': ['%d lượt', '%d check-ins'],
  'count.fact1': ['1 lượt', '1 check-in'],

  call: ['Lượt điểm danh', 'Roll call'],
  'call.n': ['Lượt %d', 'Roll call %d'],
  'count.there': ['có mặt', 'there'],
  'count.of': ['/ %s', '/ %s'],
  'count.excused': ['vắng, miễn', 'away, exempt'],
  'count.rest': ['chưa điểm danh', 'not yet'],
  'count.guests': ['khách', 'guests'],
  'count.strangers': ['mã chưa rõ', 'codes unknown'],
  'count.out': ['đã về', 'left'],

  'scan.open': ['Quét mã QR', 'Scan QR codes'],
  'scan.close': ['Đóng máy ảnh', 'Close the camera'],
  'scan.lamp': ['Đèn', 'Lamp'],
  'scan.photo': ['Chọn ảnh có mã', 'Choose a picture of a code'],
  'scan.aim': ['Đưa mã trên thẻ hoặc giấy mời vào khung.', 'Hold the code of a badge or invitation before the camera.'],
  'scan.denied': ['Trình duyệt không cho dùng máy ảnh. Cho phép trong cài đặt của trang, hoặc chụp ảnh mã, hoặc tìm theo tên.', 'The browser does not give the camera. Allow it in the settings of the page, take a picture of the code, or search by name.'],
  'scan.none': ['Không tìm thấy máy ảnh. Có thể chụp ảnh mã, hoặc tìm theo tên.', 'No camera was found. Take a picture of the code, or search by name.'],
  'scan.unread': ['Không đọc được mã nào trong ảnh.', 'There is no code to be read in the picture.'],
  'scan.forged': ['Đây không phải mã điểm danh: “%s”.', 'This is no check-in code: “%s”.'],
  'scan.already': ['đã điểm danh lúc %s', 'already checked in at %s'],
  'scan.already_listed': ['đã được điểm danh', 'already checked in'],
  'scan.unknown': ['Không có trong danh sách điểm cầu này, sẽ đối chiếu khi có mạng', 'Not on the list of this site; matched when there is a network'],
  'scan.matched': ['Máy chủ đã đối chiếu và nhận', 'The server has matched and taken it'],
  'scan.code': ['Mã …%s', 'Code …%s'],
  'scan.mode': ['Quét để', 'Scanning notes'],
  'scan.out': ['điểm danh về', 'leaving'],
  'scan.left': ['đã ghi về lúc %s', 'leaving noted at %s'],

  'find.label': ['Tìm tên, đơn vị hoặc chức vụ', 'Find by name, unit or office'],
  'find.show': ['Hiện', 'Show'],
  'find.all': ['tất cả', 'all'],
  'find.rest': ['chưa điểm danh', 'not yet'],
  'find.there': ['có mặt', 'there'],
  'find.away': ['vắng, miễn', 'away, exempt'],
  'find.guests': ['khách', 'guests'],
  'find.unit': ['Đơn vị', 'Unit'],
  'find.units': ['mọi đơn vị', 'all units'],
  'find.none': ['Không có ai như vậy trong danh sách.', 'Nobody like that is on the list.'],
  'find.empty': ['Điểm cầu này không có danh sách. Quét mã, thêm khách, hoặc đếm số người.', 'This site has no list. Scan codes, add guests, or count heads.'],
  'find.done': ['Không còn ai chưa điểm danh.', 'Nobody is left to check in.'],
  'find.more': ['Hiện thêm (còn %s)', 'Show more (%s left)'],
  'find.result': ['%s người', '%s people'],
  'bulk.open': ['Có mặt cả đơn vị (%d)', 'Whole unit is there (%d)'],
  'bulk.ask': ['Ghi có mặt cho %d người chưa điểm danh của %s?', 'Note %d people of %s who are not checked in as there?'],
  'bulk.go': ['Ghi %d người', 'Note %d people'],
  'bulk.done': ['Đã ghi có mặt %d người', '%d people noted as there'],

  'mark.present': ['Có mặt', 'There'],
  'mark.online': ['Trực tuyến', 'Online'],
  'mark.excused': ['Vắng có lý do', 'Excused'],
  'mark.absent': ['Vắng', 'Absent'],
  'mark.exempt': ['Miễn', 'Exempt'],
  'mark.out': ['Về', 'Leaves'],
  'mark.undo': ['Lấy lại', 'Take back'],
  'mark.undo_out': ['Lấy lại lượt về', 'Take back the leaving'],
  'mark.reason': ['Lý do', 'Reason'],
  'mark.why': ['Vì sao lấy lại', 'Why it is taken back'],
  'mark.mistake': ['ghi nhầm', 'noted by mistake'],
  'mark.save': ['Ghi', 'Note'],
  'mark.done': ['Đã ghi', 'Noted'],
  'mark.undone': ['Đã lấy lại', 'Taken back'],
  'mark.elsewhere': ['Lượt này do máy khác hoặc văn thư ghi; sửa trên trang của hội nghị.', 'This was noted by another device or the clerk; correct it on the page of the conference.'],
  'state.invited': ['chưa điểm danh', 'not yet'],
  'state.present': ['có mặt', 'there'],
  'state.online': ['trực tuyến', 'online'],
  'state.excused': ['vắng có lý do', 'excused'],
  'state.absent': ['vắng', 'absent'],
  'state.exempt': ['miễn', 'exempt'],
  'state.out': ['về %s', 'left %s'],
  'state.out_listed': ['đã về', 'left'],
  'reason.duty': ['công tác', 'duty'],
  'reason.study': ['đi học', 'study'],
  'reason.travel': ['đi xa', 'travel'],
  'reason.leave': ['nghỉ phép', 'leave'],
  'reason.other': ['khác', 'other'],

  'guest.open': ['Thêm khách', 'Add a guest'],
  'guest.name': ['Họ và tên', 'Name'],
  'guest.org': ['Cơ quan, đơn vị', 'Organisation'],
  'guest.save': ['Ghi có mặt', 'Note as there'],
  'guest.need': ['Hãy nhập họ và tên.', 'Enter a name.'],
  'heads.open': ['Đếm số người', 'Count heads'],
  'heads.n': ['Số người đang có mặt', 'People in the room'],
  'heads.need': ['Hãy nhập một số từ 0 đến 100.000.', 'Enter a number from 0 to 100,000.'],

  'more.open': ['Việc khác', 'More'],
  'more.attention': ['Cần xem lại (%d)', 'To look at (%d)'],
  'more.export': ['Xuất ra tệp', 'Export to a file'],
  'more.exported': ['Đã xuất %s ra tệp. Dữ liệu vẫn giữ trên máy này.', '%s exported to a file. They stay on this device too.'],
  'more.sound': ['Tiếng báo khi quét', 'Sound when scanning'],
  'more.shake': ['Rung khi quét', 'Vibration when scanning'],
  'more.store': ['Chỗ lưu trên máy: %s MB đã dùng; %s.', 'Storage on this device: %s MB used; %s.'],
  'more.kept': ['trình duyệt không tự xóa', 'the browser will not clear it'],
  'more.loose': ['trình duyệt có thể tự xóa khi thiếu chỗ, nên gửi hoặc xuất sớm', 'the browser may clear it when space runs out; send or export soon'],
  'more.list': ['Danh sách lúc %s, dùng đến %s.', 'List of %s, good until %s.'],
  'more.device': ['Máy này: %s (%s).', 'This device: %s (%s).'],
  'more.clock': ['Đồng hồ lệch %s giây so với máy chủ.', 'Clock off by %s seconds.'],
  'more.version': ['Bản %s', 'Version %s'],

  'look.title': ['Cần xem lại', 'To look at'],
  'look.none': ['Không có gì cần xem lại.', 'There is nothing to look at.'],
  'look.read': ['Đã xem', 'Seen'],
  'look.first': ['Lượt được tính: điểm cầu %s lúc %s.', 'What counts: site %s at %s.'],
  'answer.conflict': ['Máy khác ghi khác cho người này; văn thư sẽ xem lại.', 'Another device noted something else; the clerk decides.'],
  'answer.unknown': ['Máy chủ không biết mã hoặc người này; có thể là mã giả hay của hội nghị khác.', 'The server does not know this code or person; it may be forged or of another conference.'],
  'answer.revoked': ['Ghi sau khi máy bị thu hồi; để riêng cho văn thư xem.', 'Noted after the device was revoked; set aside for the clerk.'],
  'answer.late': ['Gửi sau khi đã kết thúc điểm danh; để riêng cho văn thư xem.', 'Sent after the roll was closed; set aside for the clerk.'],
  'answer.other': ['Đã điểm danh ở điểm cầu khác.', 'Checked in at another site.'],
  'answer.invalid': ['Máy chủ không đọc được lượt này; vẫn giữ trên máy.', 'The server could not read this; it is kept on the device.'],
}

let at = localStorage.getItem('lang') === 'en' ? 1 : 0

/** The language in use. @returns {'vi' | 'en'} */
export const lang = () => at ? 'en' : 'vi'

/** Takes the other language. */
export function switchLang() {
  at = 1 - at
  localStorage.setItem('lang', lang())
}

/**
 * A sentence; %s and %d take the arguments in their order.
 * @param {string} key @param {...(string | number)} args
 */
export function t(key, ...args) {
  const text = all[key]?.[at] ?? key
  return text.replace(/%[sd]/g, () => String(args.shift() ?? ''))
}

/** A number as it is written here. */
export const number = n => n.toLocaleString(lang())

/** How many check-ins, in words. */
export const checkins = n => n === 1 ? t('count.fact1') : t('count.facts', number(n))

const timeZone = 'Asia/Ho_Chi_Minh' // that of the conference, whatever the device thinks

/** The time of day of a moment in ms. */
export const clockOf = ms => new Date(ms).toLocaleTimeString('vi', { timeZone, hour: '2-digit', minute: '2-digit' })

/** Day and time of a moment in ms. */
export const dayOf = ms => clockOf(ms) + ' ' + new Date(ms).toLocaleDateString('vi', { timeZone })

/** A day as it is written, from 2026-11-21. */
export const dateOf = day => day.split('-').reverse().map(Number).join('/')

/** A length of time in words, from ms. */
export const lengthOf = ms => ms < 120 * 60_000 ? t('length.minutes', Math.round(ms / 60_000)) : t('length.hours', number(Math.round(ms / 3_600_000)))

/** Reports whether there is a sentence; tests ask. */
export const has = key => key in all
