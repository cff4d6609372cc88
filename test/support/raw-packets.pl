# Packets of a protocol without ports, IPv4 or IPv6 as the address is: `raw-packets.pl send NUMBER ADDRESS` sends one;
# `raw-packets.pl listen NUMBER ANY-ADDRESS` prints who sends some, a line each, after "ready".
use strict;
use warnings;
use Socket qw(:DEFAULT :addrinfo inet_pton inet_ntop pack_sockaddr_in6 unpack_sockaddr_in6);

my ($verb, $number, $address) = @ARGV;
my $six = $address =~ /:/;
socket(my $socket, $six ? PF_INET6 : PF_INET, SOCK_RAW, $number) or die "socket: $!";
if ($verb eq 'send') {
    my $to = $six ? pack_sockaddr_in6(0, inet_pton(AF_INET6, $address)) : pack_sockaddr_in(0, inet_aton($address));
    defined send($socket, "\0" x 8, 0, $to) or die "send: $!";
    exit;
}
$| = 1;
print "ready\n";
while (defined(my $from = recv($socket, my $packet, 2000, 0))) {
    my ($port, $sender) = $six ? unpack_sockaddr_in6($from) : unpack_sockaddr_in($from);
    print inet_ntop($six ? AF_INET6 : AF_INET, $sender), "\n";
}
