# صفحات يراها الجميع.
site-name = undersigned
site-tagline = عرائض يستطيع أي شخص التحقق من عدد توقيعاتها، ولا يستطيع أحد رؤية الموقّعين
skip-to-content = الانتقال إلى المحتوى
footer-check = تحقّق من إيصال
footer-how = كيف يعمل
footer-record = السجل العام
footer-language = اللغة

home-title = العرائض
home-none = لم تُنشر هنا أي عريضة بعد.

problem-title = لم ينجح ذلك
problem-not-found = هذه الصفحة غير موجودة.
problem-unknown-petition = لا توجد هنا عريضة كهذه.
problem-other = حدث خطأ ما. أعد المحاولة بعد قليل.
