# Prints what `whoami.mjs` answers, or "nothing" when no answer comes in time, or "refused": `asker.pl tcp|udp ADDRESS PORT
# MILLISECONDS`. Node would take ten times as long to start, for each of hundreds of questions.
use strict;
use warnings;
use Socket qw(getaddrinfo SOCK_DGRAM SOCK_STREAM);
use Time::HiRes qw(setitimer ITIMER_REAL);

my ($protocol, $host, $port, $patience) = @ARGV;

sub finish {
    my ($text) = @_;
    $text =~ s/^\s+|\s+$//g;
    print $text;
    exit;
}

my $type = $protocol eq 'udp' ? SOCK_DGRAM : SOCK_STREAM;
my ($problem, $place) = getaddrinfo($host, $port, { socktype => $type });
die "$host: $problem\n" if $problem;
socket(my $socket, $place->{family}, $type, 0) or die "socket: $!\n";
$SIG{ALRM} = sub { finish('nothing') };
setitimer(ITIMER_REAL, $patience / 1000);

my $text = '';
if ($protocol eq 'udp') {
    my $ask = sub { defined send($socket, '?', 0, $place->{addr}) or finish('refused') };
    $ask->();
    # Once more, as the kernel does for TCP: the first packet may be lost while a neighbour is found.
    vec(my $answer = '', fileno($socket), 1) = 1;
    select($answer, undef, undef, 1) or $ask->();
    defined recv($socket, $text, 65536, 0) or finish('refused');
} else {
    connect($socket, $place->{addr}) or finish($!{ECONNREFUSED} ? 'refused' : 'nothing');
    # A daemon that waits for its turn afterwards, such as sshd, does not end.
    until ($text =~ /\n/) {
        my $length = sysread($socket, $text, 65536, length $text);
        finish('nothing') unless defined $length;
        last if $length == 0;
    }
}
finish($text);
