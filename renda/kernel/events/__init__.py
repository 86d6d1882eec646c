"""Something has changed: a key travels from the transaction to the open pages, and nothing but the key.

The way of a key
    ``ctx.emit("case:99")`` puts a row into the outbox in the business transaction (no NOTIFY: it halves commits).
    The live process reads the outbox every 200 ms by itself and sends the key to each browser that shows the case.
    The page asks again for its part, so rights are checked again; an event carries no content.

The contract between a page and ``live.js`` (kernel/ui)
    1. ``<body data-live-url="{% live_url %}">`` is the address of the live process, e.g. ``/live`` behind a proxy.
    2. Any element may carry ``{% live "case:99" %}``, which gives ``data-live="TOKEN"``: one or more signed, expiring
       keys, separated by spaces. Parts swapped in later may carry more.
    3. The script collects the tokens of the page (at most 64, each once) and opens ONE
       ``new EventSource(url + "?keys=" + TOKEN + "&keys=" + TOKEN …)`` without credentials: the signature is the
       right. It opens anew (after a second) when the set of tokens has changed. No token: no connection.
    4. On ``message``: ``event.data`` is a key such as ``case:99``; the script dispatches
       ``document.body.dispatchEvent(new CustomEvent("live-case-99"))``: ``live-`` and the key with ``:`` as ``-``.
       htmx parts wait for it: ``hx-trigger="live-case-99 from:body"`` (``{% live_event "case:99" %}`` gives the name).
    5. On the event ``reset`` (the process was restarted, or the browser was away for too long): the script dispatches
       the event of every key of the page. A token's key is the text before its last two colons.
    6. Reconnecting is EventSource's own work (``retry`` and ``Last-Event-ID``); on 403 (the page is older than 12
       hours) and 429 the browser gives up by itself and the page goes on without live parts.
"""
