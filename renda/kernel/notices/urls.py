from django.urls import path

from renda.kernel.notices.views import deliveries, inbox, settings

urlpatterns = [
    path("", inbox.notice_list, name="notice.list"),
    path("<int:key>/read/", inbox.notice_open, name="notice.read"),
    path("read-all/", inbox.notice_read_all, name="notice.read_all"),
    path("digest/", inbox.notice_digest, name="notice.digest"),
    path("subscriptions/", inbox.subscription_list, name="subscription.list"),
    path("subscriptions/add/", inbox.subscribe, name="subscription.add"),
    path("subscriptions/<int:key>/remove/", inbox.unsubscribe, name="subscription.remove"),
    path("preferences/", settings.notice_preferences, name="notice.prefer"),
    path("addresses/wechat/return/", settings.wechat_return, name="address.return"),
    path("addresses/<slug:channel>/", settings.bind, name="address.bind"),
    path("addresses/<slug:channel>/code/", settings.verify, name="address.verify"),
    path("addresses/<int:key>/unbind/", settings.unbind, name="address.unbind"),
    path("deliveries/", deliveries.delivery_list, name="delivery.list"),
    path("deliveries/<int:key>/retry/", deliveries.retry, name="delivery.retry"),
    path("deliveries/retry-all/", deliveries.retry_all, name="delivery.retry_all"),
    path("deliveries/test/", deliveries.test, name="delivery.test"),
]
