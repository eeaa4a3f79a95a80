"""Emulated portals written before any recipe: shapes of public documentation, words of our own."""

from tests.simulators.portals import Grant, PortalSpec

from proso.values.hotspot import SignIn

TERMS = "<p>Terms of use: be kind to others on this network. Traffic may be logged.</p>"

FIRST = (
    PortalSpec(
        "unifi terms",
        "UniFi",
        "http://192.168.7.1:8880/guest/s/default/?ap=aa&id=bb&t=1&url={url}&ssid=Guest",
        {
            "/guest/s/default/": f"""<html><body><h1>Welcome</h1>{TERMS}
            <form name="input" action="login" method="post" id="portal">
            <label><input type="checkbox" name="tou" value="true"> I accept the Terms of Use</label>
            <input type="hidden" name="page_error" value=""><input type="hidden" name="by" value="none">
            <input type="submit" value="Connect"></form></body></html>"""
        },
        (
            Grant(
                "/guest/s/default/login",
                {"tou": "true", "by": "none"},
                then="http://internet.example/",
            ),
        ),
        source="UniFi Controller user guide, Guest Portal",
    ),
    PortalSpec(
        "unifi without terms",
        "UniFi",
        "http://192.168.7.1:8880/guest/s/site2/?ap=aa&id=bb&t=1&url={url}&ssid=Guest",
        {
            "/guest/s/site2/": """<html><form action="login" method="post">
            <input type="hidden" name="by" value="none"><button type="submit">Connect</button></form>"""
        },
        (Grant("/guest/s/site2/login", {"by": "none"}, then="http://internet.example/"),),
        expect=SignIn.CLICK_THROUGH,
        source="UniFi Controller user guide, No Authentication",
    ),
    PortalSpec(
        "unifi voucher",
        "UniFi",
        "http://192.168.7.1:8880/guest/s/default/?ap=aa&id=bb&t=1&url={url}",
        {
            "/guest/s/default/": """<form action="login" method="post">Voucher code
            <input type="text" name="voucher" required><input type="submit" value="Use voucher"></form>"""
        },
        (Grant("/guest/s/default/login", {"voucher": "12345-67890"}),),
        expect=SignIn.ACCOUNT,
        is_free=False,
    ),
    PortalSpec(
        "cisco wlc passthrough",
        "Cisco WLC",
        "http://1.1.1.1/login.html?redirect={url}",
        {
            "/login.html": f"""<html><head><script>function submitAction(){{
            document.forms[0].buttonClicked.value = 4; document.forms[0].submit();}}</script></head>
            <body>{TERMS}<form method="post" action="/login.html">
            <input type="hidden" name="buttonClicked" value="0"><input type="hidden" name="err_flag" value="0">
            <input type="hidden" name="redirect_url" value="">
            <input type="button" name="Submit" value="Accept" onclick="submitAction();"></form></body></html>"""
        },
        (Grant("/login.html", {"buttonClicked": "4"}),),
        source="Cisco WLC configuration guide, web passthrough",
    ),
    PortalSpec(
        "cisco wlc passthrough with e-mail",
        "Cisco WLC",
        "http://1.1.1.1/login.html?redirect={url}",
        {
            "/login.html": """<form method="post" action="/login.html">Your e-mail
            <input type="text" name="email"><input type="hidden" name="buttonClicked" value="0">
            <input type="button" value="Accept" onclick="submitAction()"></form>"""
        },
        (Grant("/login.html", {"buttonClicked": "4", "email": "a@b.example"}),),
        expect=SignIn.ACCOUNT,
        is_free=False,
    ),
    PortalSpec(
        "meraki click-through",
        "Meraki",
        "https://n143.network-auth.com/splash/aB3d.1.5/?continue_url={url}",
        {
            "/splash/aB3d.1.5/": """<html><body><h2>Cafe</h2><p>Welcome to our Wi-Fi</p>
            <a id="continue_link" href="/splash/aB3d.1.5/grant?continue_url=http%3A%2F%2Finternet.example%2F">
            Continue to the Internet</a><a href="https://meraki.example/privacy">Privacy</a></body>"""
        },
        (
            Grant(
                "/splash/aB3d.1.5/grant", {"continue_url": None}, "GET", "http://internet.example/"
            ),
        ),
        expect=SignIn.CLICK_THROUGH,
        source="Meraki Captive Portal API, click-through",
    ),
    PortalSpec(
        "meraki own splash server",
        "Meraki",
        "http://splash.shop.example/hi?base_grant_url=https%3A%2F%2Fn143.network-auth.com%2Fsplash"
        "%2Fgrant&user_continue_url=http%3A%2F%2Finternet.example%2F&node_mac=00:18:0a:13:dd:b0",
        {
            "/hi": f"""{TERMS}<form method="get" action="https://n143.network-auth.com/splash/grant">
            <input type="hidden" name="continue_url" value="http://internet.example/">
            <input type="checkbox" name="agree" required> I agree to the terms
            <input type="submit" value="Go online"></form>"""
        },
        (
            Grant(
                "/splash/grant",
                {"continue_url": None, "agree": None},
                "GET",
                "http://internet.example/",
            ),
        ),
        source="Meraki Captive Portal API, custom splash URL",
    ),
    PortalSpec(
        "aruba guest logon without e-mail",
        "Aruba",
        "https://securelogin.arubanetworks.com/cgi-bin/login?cmd=login&mac=aa&essid=Guest&url={url}",
        {
            "/cgi-bin/login": f"""{TERMS}<form name="form1" method="post" action="/auth/index.html/u">
            <input type="hidden" id="email" name="email" value="user@company.example">
            <input type="hidden" name="cmd" value="authenticate">
            <input type="submit" name="Login" value="I ACCEPT"></form>"""
        },
        (Grant("/auth/index.html/u", {"cmd": "authenticate", "Login": "I ACCEPT"}),),
        expect=SignIn.CLICK_THROUGH,
        prefilled=frozenset({"email"}),
        source="Aruba community, guest login without email",
    ),
    PortalSpec(
        "aruba instant acknowledged",
        "Aruba",
        "https://securelogin.arubanetworks.com/swarm.cgi?opcode=cp_generate&orig_url=aHR0cA",
        {
            "/swarm.cgi": f"""{TERMS}<form action="/swarm.cgi" method="post">
            <input type="hidden" name="orig_url" value="687474"><input type="hidden" name="opcode" value="cp_ack">
            <input type="checkbox" name="terms" id="t"><label for="t">I agree with the terms</label>
            <input type="submit" value="Accept"></form>"""
        },
        (
            Grant(
                "/swarm.cgi", {"opcode": "cp_ack", "terms": "on"}, then="http://internet.example/"
            ),
        ),
        source="Aruba Instant user guide, internal acknowledged splash page",
    ),
    PortalSpec(
        "fortinet disclaimer",
        "Fortinet",
        "http://192.168.7.1:1000/fgtauth?0f1e2d3c",
        {
            "/fgtauth": f"""{TERMS}<script>function agree(){{document.forms[0].answer.value="1";}}</script>
            <form action="/" method="post"><input type="hidden" name="magic" value="0f1e2d3c">
            <input type="hidden" name="4Tredir" value="http://internet.example/">
            <input type="hidden" name="answer" value="0">
            <input type="submit" value="Yes, I agree" onclick="agree()">
            <input type="submit" value="No, I decline"></form>"""
        },
        (Grant("/", {"magic": "0f1e2d3c", "answer": "1"}, then="http://internet.example/"),),
        source="FortiGate administration guide, replacement messages",
    ),
    PortalSpec(
        "fortinet login",
        "Fortinet",
        "http://192.168.7.1:1000/fgtauth?0f1e2d3c",
        {
            "/fgtauth": """<form action="/" method="post"><input type="hidden" name="magic" value="0f1e">
            <input type="hidden" name="4Tredir" value="x"><input type="text" name="username">
            <input type="password" name="password"><input type="submit" value="Continue"></form>"""
        },
        expect=SignIn.ACCOUNT,
        is_free=False,
    ),
    PortalSpec(
        "nodogsplash",
        "openNDS",
        "http://192.168.7.1:2050/splash.html?redir={url}",
        {
            "/splash.html": """<h1>Village Wi-Fi</h1><form method="GET" action="http://192.168.7.1:2050/nodogsplash_auth/">
            <input type="hidden" name="tok" value="c0ffee"><input type="hidden" name="redir" value="http://internet.example/">
            <input type="submit" value="Continue"></form>"""
        },
        (Grant("/nodogsplash_auth/", {"tok": "c0ffee"}, "GET", "http://internet.example/"),),
        expect=SignIn.CLICK_THROUGH,
        source="nodogsplash documentation, splash page",
    ),
    PortalSpec(
        "opennds click to continue",
        "openNDS",
        "http://192.168.7.1:2050/opennds_preauth/?fas=Y2xpZW50aXA",
        {
            "/opennds_preauth/": f"""<med-blue>Welcome!</med-blue>{TERMS}
            <form action="/opennds_preauth/step2" method="get">
            <input type="hidden" name="fas" value="Y2xpZW50aXA"><input type="hidden" name="landing" value="yes">
            <input type="submit" value="Accept Terms of Service"></form>""",
            "/opennds_preauth/step2": """<p>You may now use the internet</p>
            <form action="/opennds_auth/" method="get"><input type="hidden" name="tok" value="beef">
            <input type="hidden" name="redir" value=""><input type="submit" value="Continue"></form>""",
        },
        (Grant("/opennds_auth/", {"tok": "beef"}, "GET"),),
        expect=SignIn.CLICK_THROUGH,
        source="openNDS documentation, ThemeSpec",
    ),
    PortalSpec(
        "wifidog",
        "WifiDog",
        "http://auth.wifi.example/login/?gw_id=g1&gw_address=192.168.7.1&gw_port=2060&url={url}",
        {
            "/login/": f"""{TERMS}<form method="post" action="/login/go?gw_address=192.168.7.1">
            <input type="hidden" name="gw_port" value="2060"><input type="submit" name="go" value="Connect"></form>"""
        },
        (
            Grant(
                "/login/go",
                {"go": "Connect"},
                then="http://192.168.7.1:2060/wifidog/auth?token=77",
                opens=False,
            ),
            Grant("/wifidog/auth", {"token": "77"}, "GET", "http://auth.wifi.example/portal/"),
        ),
        expect=SignIn.CLICK_THROUGH,
        source="WifiDog protocol v1",
    ),
    PortalSpec(
        "mikrotik trial",
        "MikroTik",
        "http://192.168.7.1/login?dst={url}",
        {
            "/login": """<p>Please log on to use the hotspot service</p>
            Free trial available, <a href="/login?dst=http%3A%2F%2Finternet.example%2F&username=T-AA%3ABB">click here</a>.
            <form name="login" action="/login" method="post"><input type="hidden" name="dst" value="">
            <input type="hidden" name="popup" value="true"><input name="username" type="text">
            <input name="password" type="password"><input type="submit" value="OK"></form>"""
        },
        (Grant("/login", {"username": "T-AA:BB"}, "GET", "http://internet.example/"),),
        expect=SignIn.CLICK_THROUGH,
        prefilled=frozenset({"username"}),
        source="MikroTik hotspot customisation, trial",
    ),
    PortalSpec(
        "mikrotik login",
        "MikroTik",
        "http://192.168.7.1/login?dst={url}",
        {
            "/login": """<form name="login" action="/login" method="post"><input name="username" type="text">
            <input name="password" type="password"><input type="submit" value="OK"></form>"""
        },
        expect=SignIn.ACCOUNT,
        is_free=False,
    ),
    PortalSpec(
        "coova with own splash",
        "CoovaChilli",
        "http://splash.cafe.example/hotspotlogin?res=notyet&uamip=192.168.7.1&uamport=3990"
        "&challenge=532b80e1&mac=00-0C&userurl={url}",
        {
            "/hotspotlogin": f"""{TERMS}<form method="post" action="/hotspotlogin/go">
            <input type="hidden" name="challenge" value="532b80e1">
            <label for="a">I have read the conditions</label><input id="a" type="checkbox" name="chk" value="1">
            <button>Connect now</button></form>"""
        },
        (
            Grant(
                "/hotspotlogin/go",
                {"chk": "1"},
                opens=False,
                then="http://192.168.7.1:3990/logon?username=guest&password=6f2a&userurl=",
            ),
            Grant(
                "/logon",
                {"username": "guest", "password": "6f2a"},
                "GET",
                "http://internet.example/",
            ),
        ),
        prefilled=frozenset({"username", "password"}),
        source="CoovaChilli UAM",
    ),
    PortalSpec(
        "pfsense",
        "pfSense",
        "http://192.168.7.1:8002/index.php?zone=guest&redirurl={url}",
        {
            "/index.php": """<form method="post" action="http://192.168.7.1:8002/index.php?zone=guest">
            <input name="redirurl" type="hidden" value="http://internet.example/"><input name="zone" type="hidden" value="guest">
            Welcome to the pfSense Captive Portal <input name="accept" type="submit" value="Continue"></form>"""
        },
        (
            Grant(
                "/index.php",
                {"accept": "Continue", "zone": "guest"},
                then="http://internet.example/",
            ),
        ),
        expect=SignIn.CLICK_THROUGH,
        source="pfSense captive portal, custom page",
    ),
    PortalSpec(
        "ruckus zonedirector",
        "Ruckus",
        "https://zd.hotel.example/user/guest_login.jsp?uip=10.0.0.5&url={url}",
        {
            "/user/guest_login.jsp": "/user/guest_tou.jsp",
            "/user/guest_tou.jsp": f"""<h3>Terms and conditions</h3>{TERMS}
            <form method="post" action="/user/_allowguest.jsp"><input type="hidden" name="cookie" value="x1">
            <input type="submit" name="ok" value="Accept and Continue"></form>""",
        },
        (Grant("/user/_allowguest.jsp", {"cookie": "x1"}, then="http://internet.example/"),),
        expect=SignIn.CLICK_THROUGH,
        source="Ruckus ZoneDirector user guide, guest access",
    ),
    PortalSpec(
        "city form behind meta refresh",
        "plain form",
        "http://auth.city.example/identification?segment=metro",
        {
            "/identification": f"""{TERMS}<form action="/auth" method="post">
            <input type="checkbox" name="rules" value="yes" required><span>I agree to the rules of the network</span>
            <input type="checkbox" name="newsletter" value="1" checked> Send me offers and the newsletter
            <input type="hidden" name="csrf" value="91"><button type="submit">Enter the internet</button></form>"""
        },
        (Grant("/auth", {"rules": "yes", "csrf": "91"}),),
        via="meta",
        source="shape of a metro's redirect page",
    ),
    PortalSpec(
        "plain page in place",
        "plain form",
        "",
        {
            "*": """<html><title>Library</title><form action="http://wifi.library.example/ok" method="post">
            <input type="hidden" name="client" value="7"><input type="submit" value="I agree, connect me"></form>"""
        },
        (Grant("/ok", {"client": "7"}),),
        expect=SignIn.CLICK_THROUGH,
        via="page",
    ),
    PortalSpec(
        "script only",
        "plain form",
        "http://portal.app.example/#/welcome",
        {"*": '<html><div id="app"></div><script src="/static/main.8f2.js"></script></html>'},
        expect=SignIn.JAVASCRIPT,
        is_free=False,
    ),
    PortalSpec(
        "airport by the hour",
        "plain form",
        "https://pay.airport.example/start",
        {
            "/start": """<h1>Choose a plan</h1><form action="/buy" method="post">
            <input type="radio" name="plan" value="1h" checked> 1 hour 4.95 EUR
            <input type="radio" name="plan" value="24h"> 24 hours 9.95 EUR
            <input name="card" placeholder="Card number"><input type="submit" value="Pay now"></form>"""
        },
        expect=SignIn.PAYMENT,
        is_free=False,
    ),
    PortalSpec(
        "square with a text message",
        "plain form",
        "http://login.square.example/sms",
        {
            "/sms": """<form action="/send" method="post">We send a code to your phone
            <input type="tel" name="msisdn" placeholder="Mobile number"><input type="submit" value="Send SMS"></form>"""
        },
        expect=SignIn.SMS,
        is_free=False,
    ),
)
