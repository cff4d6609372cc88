package NethServer::TrustedNetworks;

# The networks that a NethServer trusts: those of green interfaces, and the records of type network.
use strict;
use warnings;
use Exporter 'import';
use esmith::DB::db;
use esmith::util;

our @EXPORT_OK = qw(register_callback);

my @callbacks = ([ \&local_networks, 30 ]);
my $searched;

sub register_callback {
    my ($callback, $order) = @_;
    push @callbacks, [ $callback, $order || 50 ];
}

sub local_networks {
    my ($results) = @_;
    my $networks = esmith::DB::db->open_ro('networks') or return;
    my $add = sub {
        my ($provider, @place) = @_;
        push @$results, { cidr => esmith::util::computeLocalNetworkShortSpec(@place), provider => $provider };
    };
    $add->('green', $_->prop('ipaddr'), $_->prop('netmask')) for $networks->get_all_by_prop(role => 'green');
    for my $alias ($networks->get_all_by_prop(role => 'alias')) {
        my ($interface) = split /:/, $alias->key;
        next unless ($networks->get_prop($interface, 'role') || '') eq 'green';
        $add->('alias', $alias->prop('ipaddr'), $alias->prop('netmask'));
    }
    $add->('networksdb', $_->key, $_->prop('Mask')) for $networks->get_all_by_prop(type => 'network');
}

# Other modules, such as one for a VPN, register theirs.
sub results {
    unless ($searched++) {
        for my $module (map { glob "$_/NethServer/TrustedNetworks/*.pm" } grep { !ref } @INC) {
            require $module unless $module =~ m{/Default\.pm$};
        }
    }
    my @results;
    $_->[0]->(\@results) for sort { $a->[1] <=> $b->[1] } @callbacks;
    return @results;
}

sub with_mask {
    my ($network, $bits) = split m{/}, $_[0];
    return "$network/" . esmith::util::computeNetmaskFromBits($bits);
}

sub list_cidr {
    my %unique = map { $_->{cidr} => 1 } results();
    return sort keys %unique;
}

sub list_mask { return map { with_mask($_) } list_cidr() }
sub list_full { return map { { %$_, mask => with_mask($_->{cidr}) } } results() }

1;
