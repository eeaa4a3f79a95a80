"""Emulated portals written after the recipes, from vendors' documentation alone.

`benchmarks/wifi_portals.py` reports how many were signed in to before anything was changed for
them.
"""

from tests.simulators.portals import Grant, PortalSpec

from proso.values.hotspot import SignIn

TERMS = "<p>Acceptable use policy: no unlawful content. The operator keeps connection logs.</p>"
ONLINE = "http://internet.example/"

LATER = (
    PortalSpec(
        "watchguard hotspot",
        "WatchGuard",
        "https://192.168.7.1:4100/hotspot.shtml?redirect={url}",
        {
            "/hotspot.shtml": f"""<h2>Welcome to our hotspot</h2><div class="terms">{TERMS}</div>
            <form name="hotspot_form" method="post" action="/wgcgi.cgi">
            <input type="hidden" name="action" value="hotspot_user"><input type="hidden" name="from_page" value="/hotspot.shtml">
            <input type="checkbox" name="hotspot_accept" id="acc"><label for="acc">I have read and accept the terms</label>
            <input type="submit" name="submit" value="Continue"></form>"""
        },
        (Grant("/wgcgi.cgi", {"action": "hotspot_user", "hotspot_accept": "on"}, then=ONLINE),),
        source="WatchGuard Fireware help, hotspot page",
    ),
    PortalSpec(
        "sonicwall guest policy page",
        "SonicWall",
        "http://192.168.7.1/wgs.html?url={url}",
        {
            "/wgs.html": f"""<html><body>{TERMS}<form action="usrAgree.cgi" method="POST">
            <input type=hidden name="wgsUrl" value="1"><input type=submit name="accept" value="I Accept"></form></body>"""
        },
        (Grant("/usrAgree.cgi", {"accept": "I Accept"}),),
        expect=SignIn.CLICK_THROUGH,
        source="SonicOS administration guide, guest services policy page",
    ),
    PortalSpec(
        "sophos terms of use",
        "Sophos UTM",
        "http://192.168.7.1:4501/hotspot.cgi?action=login&url={url}",
        {
            "/hotspot.cgi": f"""<form method="post" action="/hotspot.cgi" id="login">{TERMS}
            <p><input type="checkbox" name="accept" value="true"> I accept the terms of use</p>
            <input type="hidden" name="action" value="accept_tou"><button type="submit">Login</button></form>"""
        },
        (Grant("/hotspot.cgi", {"action": "accept_tou", "accept": "true"}, then=ONLINE),),
        source="Sophos UTM help, hotspot type terms of use acceptance",
    ),
    PortalSpec(
        "extreme wing agreement",
        "Extreme WiNG",
        "http://192.168.7.1:880/agreement.html?hs_server=192.168.7.1&Qv=it_qpmjdz=CTP",
        {
            "/agreement.html": f"""{TERMS}<form action="http://192.168.7.1:880/cgi-bin/hslogin.cgi" method="POST">
            <input type="checkbox" name="agree" value="yes">I agree to the terms and conditions
            <input type="hidden" name="f_user" value="guest"><input type="hidden" name="f_pass" value="guest">
            <input type="hidden" name="Qv" value="CTP"><input type="submit" value="Sign In"></form>"""
        },
        (Grant("/cgi-bin/hslogin.cgi", {"agree": "yes", "f_user": "guest"}),),
        source="Extreme WiNG reference guide, captive portal web pages",
    ),
    PortalSpec(
        "aerohive use policy acceptance",
        "Aerohive",
        "http://1.1.7.1/index.html?url={url}",
        {
            "/index.html": f"""<h1>Guest</h1><form action="reg.php" method="post">{TERMS}
            <input type="hidden" name="autherr" value="0"><input type="hidden" name="url" value="">
            <input type="submit" name="checkbox" value="Accept"></form>"""
        },
        (Grant("/reg.php", {"checkbox": "Accept"}, then=ONLINE),),
        expect=SignIn.CLICK_THROUGH,
        source="Aerohive captive web portal guide",
    ),
    PortalSpec(
        "cambium guest access",
        "Cambium",
        "http://192.168.7.1:880/cgi-bin/hotspot_login.cgi?ga_ssid=Guest&ga_ap_mac=aa&ga_Qv=xyz",
        {
            "/cgi-bin/hotspot_login.cgi": f"""{TERMS}<form method="post" action="/cgi-bin/hotspot_login.cgi">
            <label>I agree to the terms<input type="checkbox" name="ga_agree" required></label>
            <input type="hidden" name="ga_user" value=""><input type="hidden" name="ga_Qv" value="xyz">
            <input type="submit" value="Login"></form>"""
        },
        (Grant("/cgi-bin/hotspot_login.cgi", {"ga_agree": "on", "ga_Qv": "xyz"}),),
        source="cnPilot user guide, guest access",
    ),
    PortalSpec(
        "omada without authentication",
        "TP-Link Omada",
        "http://172.16.9.9:8088/portal?cid=AA&ap=BB&ssid=Free&t=1&rid=0&site=Default",
        {"*": '<html><div id="portal"></div><script src="/pages/portal/index.js"></script></html>'},
        expect=SignIn.JAVASCRIPT,
        is_free=False,
        source="TP-Link, API for external portal servers",
    ),
    PortalSpec(
        "omada external portal",
        "TP-Link Omada",
        "http://portal.mall.example/?target=192.168.7.1&targetPort=8088&clientMac=AA&redirectUrl={url}",
        {
            "/": f"""{TERMS}<form id="form" method="post" action="/go"><div style="display:none">
            <input type="text" id="cid" name="clientMac" value=""></div>
            <input type="submit" value="Free Wi-Fi: connect"></form>"""
        },
        (Grant("/go", {"clientMac": ""}),),
        expect=SignIn.CLICK_THROUGH,
        source="TP-Link, source code template for external web portal",
    ),
    PortalSpec(
        "opnsense splash",
        "OPNsense",
        "http://192.168.7.1:8000/index.html?redirurl={url}",
        {
            "*": """<html><form id="frm"><button id="signin_anon" class="btn">Sign in</button></form>
            <script src="/js/jquery.js"></script><script>$("#signin_anon").click(function(){
            $.ajax({type:"POST", url:"/api/captiveportal/access/logon/", dataType:"json"})});</script></html>"""
        },
        expect=SignIn.JAVASCRIPT,
        is_free=False,
        source="OPNsense documentation, captive portal API",
    ),
    PortalSpec(
        "mist guest portal",
        "Juniper Mist",
        "https://portal.mist.com/authorize?wlan_id=be2&ap_mac=aa&client_mac=bb&url={url}",
        {
            "/authorize": f"""<h2>Sign in</h2>{TERMS}<form action="/authorize" method="post">
            <input type="hidden" name="wlan_id" value="be2"><input type="hidden" name="auth_method" value="passphrase-free">
            <input type="checkbox" name="tos" value="on" id="tos"><label for="tos">I accept the Terms of Service</label>
            <button type="submit" class="primary">Sign In</button></form>"""
        },
        (Grant("/authorize", {"tos": "on", "wlan_id": "be2"}, then=ONLINE),),
        source="Juniper Mist documentation, guest portal",
    ),
    PortalSpec(
        "cisco ise hotspot portal",
        "Cisco ISE",
        "https://ise.corp.example:8443/portal/gateway?sessionId=00&portal=27041710&action=cwa&redirect={url}",
        {
            "/portal/gateway": f"""<form id="aupForm" method="post" action="/portal/AupSubmit.action?from=AUP">
            <h3>Acceptable Use Policy</h3>{TERMS}<input type="hidden" name="token" value="t0k">
            <input type="submit" name="aupAccept" value="Accept"><input type="submit" name="aupDecline" value="Decline"></form>"""
        },
        (
            Grant(
                "/portal/AupSubmit.action",
                {"aupAccept": "Accept", "token": "t0k"},
                then="<html><h2>Success</h2>You now have Internet access</html>",
            ),
        ),
        expect=SignIn.CLICK_THROUGH,
        source="Cisco ISE administrator guide, hotspot guest portals",
    ),
    PortalSpec(
        "clearpass anonymous with automatic login",
        "ClearPass",
        "https://guest.corp.example/guest/anon.php?mac=aa&url={url}",
        {
            "/guest/anon.php": f"""{TERMS}<form method="post" action="/guest/anon.php?_browser=1">
            <input type="hidden" name="visitor_accept_terms" value="0">
            <input type="checkbox" name="visitor_accept_terms" value="1"> I accept the terms of use
            <input type="submit" value="Log In"></form>""",
            "/guest/auto": """<html><body onload="document.forms[0].submit()"><form method="post"
            action="http://192.168.7.1:8081/cgi-bin/login"><input type="hidden" name="user" value="anon77">
            <input type="hidden" name="password" value="x"><input type="hidden" name="cmd" value="authenticate">
            </form><script>setTimeout(function(){document.forms[0].submit();}, 10)</script></body></html>""",
        },
        (
            Grant(
                "/guest/anon.php", {"visitor_accept_terms": "1"}, then="/guest/auto", opens=False
            ),
            Grant("/cgi-bin/login", {"cmd": "authenticate", "user": "anon77"}, then=ONLINE),
        ),
        prefilled=frozenset({"user", "password"}),
        source="ClearPass Guest user guide, self-registration with NAS login",
    ),
    PortalSpec(
        "ruckus smartzone hotspot",
        "Ruckus",
        "http://splash.venue.example/welcome?nbiIP=192.168.7.1&uip=ENC12&client_mac=ENC9&sip=scg.ruckus.example&url={url}",
        {
            "/welcome": f"""{TERMS}<form action="https://scg.ruckus.example:9998/SubscriberPortal/hotspotlogin" method="post">
            <input type="hidden" name="username" value="guest-ENC9"><input type="hidden" name="password" value="ENC12">
            <input type="submit" value="Agree and connect"></form>"""
        },
        (Grant("/SubscriberPortal/hotspotlogin", {"username": "guest-ENC9"}, then=ONLINE),),
        expect=SignIn.CLICK_THROUGH,
        prefilled=frozenset({"username", "password"}),
        source="Ruckus SmartZone hotspot WISPr portal integration reference",
    ),
    PortalSpec(
        "stormshield guest method",
        "Stormshield",
        "https://192.168.7.1/auth/disclaimer.html?url={url}",
        {
            "/auth/disclaimer.html": f"""<form action="/auth/plain.html" method="POST">{TERMS}
            <input type="hidden" name="type" value="guest"><input type="checkbox" name="read" value="1">
            J'ai lu et j'accepte les conditions d'utilisation
            <input type="submit" value="Accéder à Internet"></form>"""
        },
        (Grant("/auth/plain.html", {"type": "guest", "read": "1"}),),
        source="Stormshield SNS documentation, guest method",
    ),
    PortalSpec(
        "zyxel user agreement",
        "Zyxel",
        "http://6.6.6.6/agree.html?gw=192.168.7.1",
        {
            "/agree.html": f"""{TERMS}<form name="ua" method="post" action="/agree.cgi">
            <input type="radio" name="choice" value="agree"> I agree
            <input type="radio" name="choice" value="disagree" checked> I do not agree
            <input type="submit" value="OK"></form>"""
        },
        (Grant("/agree.cgi", {"choice": "agree"}),),
        source="Zyxel UAG user guide, user agreement page",
    ),
    PortalSpec(
        "draytek hotspot web portal",
        "DrayTek",
        "http://portal.draytek.com/hotspot?profile=1&url={url}",
        {
            "/hotspot": f"""<div>{TERMS}</div><a href="/hotspot/click?profile=1&tk=9f" class="btn">
            Click to continue</a> <a href="https://facebook.example/oauth">Login with Facebook</a>"""
        },
        (Grant("/hotspot/click", {"tk": "9f"}, "GET", ONLINE),),
        expect=SignIn.CLICK_THROUGH,
        source="DrayTek knowledge base, hotspot web portal click through",
    ),
    PortalSpec(
        "freifunk splash",
        "Freifunk",
        "http://splash.freifunk.example/?url={url}",
        {
            "/": """<h1>Freifunk</h1><p>Bitte lies die Nutzungsbedingungen.</p><form action="/splash/akzeptieren" method="post">
            <input type="checkbox" name="agb" required id="agb"><label for="agb">Ich akzeptiere die Nutzungsbedingungen</label>
            <input type="submit" value="Lossurfen"></form>"""
        },
        (Grant("/splash/akzeptieren", {"agb": "on"}),),
        source="Freifunk splash package",
    ),
    PortalSpec(
        "hotsplots",
        "Hotsplots",
        "https://auth.hotsplots.example/login?res=notyet&uamip=192.168.7.1&uamport=80&challenge=ab12",
        {
            "/login": f"""{TERMS}<form method="post" action="/auth/login">
            <input type="checkbox" name="termsOK" value="1"><label>Ich stimme den Nutzungsbedingungen zu</label>
            <input type="hidden" name="challenge" value="ab12"><input type="hidden" name="uamip" value="192.168.7.1">
            <button name="myLogin" value="agb">kostenlos einloggen</button></form>""",
            "/auth/done": """<meta http-equiv="refresh" content="0;url=http://192.168.7.1:80/logon?username=x&response=7">""",
        },
        (
            Grant(
                "/auth/login", {"termsOK": "1", "challenge": "ab12"}, then="/auth/done", opens=False
            ),
            Grant("/logon", {"response": "7"}, "GET", ONLINE),
        ),
        prefilled=frozenset({"username"}),
        source="public descriptions of the UAM login of hotel and municipal networks",
    ),
    PortalSpec(
        "bus with a two page wizard",
        "icomera",
        "http://www.ombord.example/?orig={url}",
        {
            "/": """<html><p>Welcome on board</p><a href="/conditions">Get online</a></html>""",
            "/conditions": f"""{TERMS}<form action="/hotspot/hotspot.cgi" method="get">
            <input type="hidden" name="method" value="login"><input type="hidden" name="realm" value="free">
            <input type="submit" value="Accept and go online"></form>""",
        },
        (Grant("/hotspot/hotspot.cgi", {"method": "login"}, "GET"),),
        expect=SignIn.CLICK_THROUGH,
        source="public descriptions of train portals",
    ),
    PortalSpec(
        "nomadix with plans",
        "Nomadix",
        "https://gateway.hotel.example:1112/usg/process?OS=http&UI=0abc",
        {
            "/usg/process": f"""{TERMS}<form action="/usg/select" method="post">
            <select name="plan"><option value="premium" selected>Premium 9.95 USD a day</option>
            <option value="basic">Basic, free</option></select>
            <label><input type="checkbox" name="accept" value="y"> I accept the terms</label>
            <input type="submit" value="Connect"></form>"""
        },
        (Grant("/usg/select", {"plan": "basic", "accept": "y"}, then=ONLINE),),
        source="Nomadix user guide, portal page redirect",
    ),
    PortalSpec(
        "huawei agile controller anonymous",
        "Huawei",
        "http://portal.city.example:8080/portal?uaddress=10.1.1.5&umac=aa&acip=192.168.7.1",
        {
            "/portal": f"""{TERMS}<form action="/portal/login" method="post">
            <input type="hidden" name="uaddress" value="10.1.1.5"><input type="hidden" name="authType" value="0">
            <p><input type="checkbox" name="agreed" value="1">我已阅读并同意条款</p>
            <button type="submit">连接</button></form>"""
        },
        (Grant("/portal/login", {"agreed": "1", "authType": "0"}),),
        source="Huawei Agile Controller documentation, anonymous authentication",
    ),
    PortalSpec(
        "korean campus notice",
        "Korean operator",
        "http://wifi.campus.example/notice.do?url={url}",
        {
            "/notice.do": """<div>이용약관</div><form action="/connect.do" method="post">
            <input type="checkbox" name="chk" id="c1"><label for="c1">이용약관에 동의합니다</label>
            <input type="submit" value="접속"></form>"""
        },
        (Grant("/connect.do", {"chk": "on"}),),
        source="public descriptions of Korean public Wi-Fi",
    ),
    PortalSpec(
        "form without a button, sent by a link",
        "plain form",
        "http://wifi.pub.example/start",
        {
            "/start": f"""{TERMS}<form name="f" action="/in" method="post"><input type="hidden" name="ok" value="1"></form>
            <a href="javascript:document.f.submit()">Connect</a>"""
        },
        (Grant("/in", {"ok": "1"}),),
        expect=SignIn.CLICK_THROUGH,
        source="shape of many small portals",
    ),
    PortalSpec(
        "language page first",
        "plain form",
        "http://wifi.museum.example/",
        {
            "/": """<a href="/en">English</a> <a href="/de">Deutsch</a>""",
            "/en": f"""{TERMS}<form action="/ok" method="post"><input type="submit" value="Accept"></form>""",
        },
        (Grant("/ok", {}),),
        expect=SignIn.CLICK_THROUGH,
        source="shape of museum portals",
    ),
    PortalSpec(
        "answers in place of every page",
        "plain form",
        "",
        {
            "*": f"""<html>{TERMS}<form method="post" action=""><input type="hidden" name="go" value="1">
            <input type="submit" value="Enter"></form></html>"""
        },
        (Grant("/check", {"go": "1"}),),
        expect=SignIn.CLICK_THROUGH,
        via="page",
        source="shape of small routers' portals",
    ),
    PortalSpec(
        "511 with a link",
        "plain form",
        "http://login.campground.example/tos",
        {"/tos": f"""{TERMS}<form action="/yes" method="post"><button>I agree</button></form>"""},
        (Grant("/yes", {}),),
        expect=SignIn.CLICK_THROUGH,
        via="511",
        source="RFC 6585 section 6",
    ),
)
