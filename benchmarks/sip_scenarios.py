"""Scenarios for SIPp and configurations for Kamailio, for benchmarks/sip.py."""

_HEAD = '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="proso">'
_INVITE = """<send retrans="500"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@carrier.example>;tag=[pid]T[call_number]
To: <sip:[service]@screen.example>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:c@[local_ip]:[local_port]>
Max-Forwards: 70
Content-Length: 0

]]></send><recv response="100" optional="true"/>"""
_IN_DIALOG = """{method} [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
[routes]
From: <sip:[field0]@carrier.example>;tag=[pid]T[call_number]
To: <sip:[service]@screen.example>[peer_tag_param]
Call-ID: [call_id]
CSeq: {number} {method}
Max-Forwards: 70
Content-Length: 0

"""
_ACK = _IN_DIALOG.format(method="ACK", number=1)
_BYE = _IN_DIALOG.format(method="BYE", number=2)
# Without the pauses two workers change the order of messages, and SIPp counts a failure.
CALLER = (
    f'{_HEAD}{_INVITE}<recv response="180" optional="true"/><recv response="200" rrs="true"/>'
    f'<send><![CDATA[\n{_ACK}]]></send><pause milliseconds="100"/>'
    f'<send retrans="500"><![CDATA[\n{_BYE}]]></send><recv response="200"/></scenario>'
)
REFUSED = (
    f'{_HEAD}{_INVITE}<recv response="603"/><send><![CDATA[\n'
    """ACK sip:[service]@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
From: <sip:[field0]@carrier.example>;tag=[pid]T[call_number]
To: <sip:[service]@screen.example>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send></scenario>"""
)
_ANSWER = """SIP/2.0 {code}
[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
[last_Record-Route:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

"""
_TAG = ";tag=[pid]U[call_number]"
_RINGING = _ANSWER.format(code="180 Ringing", tag=_TAG)
_OK = _ANSWER.format(code="200 OK", tag=_TAG)
_OVER = _ANSWER.format(code="200 OK", tag="")
CALLED = (
    f'{_HEAD}<recv request="INVITE" rrs="true"/><send><![CDATA[\n{_RINGING}]]></send>'
    f'<pause milliseconds="100"/><send retrans="500"><![CDATA[\n{_OK}]]></send>'
    '<recv request="ACK" optional="true"/><recv request="BYE"/>'
    f"<send><![CDATA[\n{_OVER}]]></send></scenario>"
)

NATIVE_ROUTE = """
loadmodule "htable.so"
modparam("htable", "htable", "blk=>size=16;")
event_route[htable:mod-init] { $sht(blk=>+12025550101) = 1; }
request_route {
    if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
    if (!sanity_check("17895", "7")) { exit; }
    if (is_method("CANCEL")) { if (t_check_trans()) { t_relay(); } exit; }
    if (has_totag()) {
        if (loose_route()) { t_relay(); exit; }
        if (is_method("ACK")) { if (t_check_trans()) { t_relay(); } exit; }
        sl_send_reply("404", "Not here"); exit;
    }
    t_check_trans();
    if (is_method("OPTIONS")) { sl_send_reply("200", "OK"); exit; }
    CHECK
    record_route();
    $du = "sip:127.0.0.1:NEXT_HOP";
    t_relay();
}
"""
HTABLE_CHECK = 'if ($sht(blk=>$fU) == 1) { sl_send_reply("603", "Decline"); exit; }'
