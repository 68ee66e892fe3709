# صفحات يراها الجميع.
site-name = undersigned
site-tagline = عرائض يستطيع أي شخص التحقق من عدد توقيعاتها، ولا يستطيع أحد رؤية الموقّعين
skip-to-content = الانتقال إلى المحتوى
footer-check = تحقّق من إيصال
footer-how = كيف يعمل
footer-record = السجل العام
footer-language = اللغة
header-places = الموقع
footer-places = المزيد
footer-api = للمطوّرين
footer-promise = يمكن إعادة حساب كل رقم هنا من ملفات عامة، ولا يحتوي أي ملف على أسماء.

home-title = العرائض
home-none = لم تُنشر هنا أي عريضة بعد.

problem-title = لم ينجح ذلك
problem-not-found = هذه الصفحة غير موجودة.
problem-unknown-petition = لا توجد هنا عريضة كهذه.
problem-other = حدث خطأ ما. أعد المحاولة بعد قليل.
problem-rate-limited = وردت طلبات كثيرة جدًا من شبكتك. انتظر قليلًا ثم أعد المحاولة.
problem-unavailable = لا تستطيع الخدمة القيام بهذا الآن. أعد المحاولة بعد بضع دقائق.
problem-request = لم تتلقَّ الصفحة ما تتوقعه. ارجع وحاول مرة أخرى.
problem-home = عرض جميع العرائض

# البطاقة التي تعرضها المواقع الأخرى.
card-count = { $n ->
    [zero] لا توقيعات متحقق منها بعد
    [one] توقيع واحد متحقق منه
    [two] توقيعان متحقق منهما
    [few] { $count } توقيعات متحقق منها
    [many] { $count } توقيعًا متحققًا منه
   *[other] { $count } توقيع متحقق منه
}
card-goal = الهدف: { $count }
