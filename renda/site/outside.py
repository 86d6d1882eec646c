"""Accounts with others: channels of notices, the hotline, the city's provider of identities. Each is off until it is named.

Secrets come by ``…_FILE`` as well (docs/operate.md).
"""

from __future__ import annotations

from renda.site.environment import text, words

ALIYUN_SMS = {
    "url": text("RENDA_ALIYUN_SMS_URL", "https://dysmsapi.aliyuncs.com"),
    "key_id": text("RENDA_ALIYUN_SMS_KEY_ID", ""),
    "key_secret": text("RENDA_ALIYUN_SMS_KEY_SECRET", ""),
    "sign": text("RENDA_ALIYUN_SMS_SIGN", ""),
    # Approved by the provider: one with ${title}, one with ${code}.
    "notice_template": text("RENDA_ALIYUN_SMS_NOTICE_TEMPLATE", ""),
    "code_template": text("RENDA_ALIYUN_SMS_CODE_TEMPLATE", ""),
}
TENCENT_SMS = {
    "url": text("RENDA_TENCENT_SMS_URL", "https://sms.tencentcloudapi.com"),
    "region": text("RENDA_TENCENT_SMS_REGION", "ap-guangzhou"),
    "secret_id": text("RENDA_TENCENT_SMS_SECRET_ID", ""),
    "secret_key": text("RENDA_TENCENT_SMS_SECRET_KEY", ""),
    "app_id": text("RENDA_TENCENT_SMS_APP_ID", ""),
    "sign": text("RENDA_TENCENT_SMS_SIGN", ""),
    # Approved by the provider: one with the title, one with the code and (2) the minutes it is valid, or (1) without.
    "notice_template": text("RENDA_TENCENT_SMS_NOTICE_TEMPLATE", ""),
    "code_template": text("RENDA_TENCENT_SMS_CODE_TEMPLATE", ""),
    "code_values": text("RENDA_TENCENT_SMS_CODE_VALUES", "2"),
}
WECHAT = {
    "url": text("RENDA_WECHAT_URL", "https://api.weixin.qq.com"),
    "page_url": text("RENDA_WECHAT_PAGE_URL", "https://open.weixin.qq.com"),
    "app_id": text("RENDA_WECHAT_APP_ID", ""),
    "secret": text("RENDA_WECHAT_SECRET", ""),
    "template": text("RENDA_WECHAT_TEMPLATE", ""),
    # Which fields of the template take the title and the time.
    "title_field": text("RENDA_WECHAT_TITLE_FIELD", "thing1"),
    "time_field": text("RENDA_WECHAT_TIME_FIELD", ""),
}
WECOM = {
    "url": text("RENDA_WECOM_URL", "https://qyapi.weixin.qq.com"),
    "corp_id": text("RENDA_WECOM_CORP_ID", ""),
    "agent_id": text("RENDA_WECOM_AGENT_ID", ""),
    "secret": text("RENDA_WECOM_SECRET", ""),
}
# The government hotline: the unit (its name among the organisations) that messages are assigned to; with address,
# account and secret by its interface, without them by spreadsheets.
HOTLINE = {
    "unit": text("RENDA_HOTLINE_UNIT", ""),
    "url": text("RENDA_HOTLINE_URL", ""),
    "app": text("RENDA_HOTLINE_APP", ""),
    "secret": text("RENDA_HOTLINE_SECRET", ""),
}
DINGTALK = {
    "url": text("RENDA_DINGTALK_URL", "https://oapi.dingtalk.com"),
    "app_key": text("RENDA_DINGTALK_APP_KEY", ""),
    "app_secret": text("RENDA_DINGTALK_APP_SECRET", ""),
    "agent_id": text("RENDA_DINGTALK_AGENT_ID", ""),
}
# The city's own provider of identities (OpenID Connect); off until it is named.
OIDC = {
    "issuer": text("RENDA_OIDC_ISSUER", ""),
    "client_id": text("RENDA_OIDC_CLIENT_ID", ""),
    "client_secret": text("RENDA_OIDC_CLIENT_SECRET", ""),
    "name": text("RENDA_OIDC_NAME", "统一身份认证"),
    "scope": text("RENDA_OIDC_SCOPE", "openid profile"),
}
# Words of ``amr`` or ``acr`` that mean two factors; by default none does, and administrators give theirs here.
OIDC_SECOND_FACTOR = words("RENDA_OIDC_SECOND_FACTOR", [])
# When nobody is called unless it is urgent; everybody may choose other hours.
QUIET_HOURS = text("RENDA_QUIET_HOURS", "21:00-08:00")
