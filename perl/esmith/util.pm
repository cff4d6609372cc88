package esmith::util;

use strict;
use warnings;

sub IPquadToAddr {
    my ($quad) = @_;
    return 0 unless defined $quad && $quad =~ /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/;
    return ($1 << 24) + ($2 << 16) + ($3 << 8) + $4;
}

sub IPaddrToQuad {
    my ($number) = @_;
    return join '.', unpack 'C4', pack 'N', $number & 0xffffffff;
}

sub IPaddrToBackwardQuad {
    my ($number) = @_;
    return join('.', reverse unpack 'C4', pack 'N', $number & 0xffffffff) . '.in-addr.arpa.';
}

# A mask as a number: of four bytes, or of a count of bits.
sub mask_of {
    my ($mask) = @_;
    die "this is not a netmask: " . (defined $mask ? $mask : 'nothing') . "\n"
        unless defined $mask && $mask =~ /^(?:\d+\.\d+\.\d+\.\d+|\d{1,2})$/;
    return $mask =~ /\./ ? IPquadToAddr($mask) : 0xffffffff & ~(2**(32 - $mask) - 1);
}

sub bits_of { return unpack '%32b*', pack 'N', $_[0] }

sub network_of {
    my ($address, $mask) = @_;
    die "this is not an address: " . (defined $address ? $address : 'nothing') . "\n"
        unless defined $address && $address =~ /^\d+\.\d+\.\d+\.\d+$/;
    return IPquadToAddr($address) & mask_of($mask);
}

sub computeNetworkAndBroadcast {
    my ($address, $mask) = @_;
    my $network = network_of($address, $mask);
    return (IPaddrToQuad($network), IPaddrToQuad($network | ~mask_of($mask) & 0xffffffff));
}

sub computeLocalNetworkShortSpec {
    my ($address, $mask) = @_;
    return IPaddrToQuad(network_of($address, $mask)) . '/' . bits_of(mask_of($mask));
}

sub computeLocalNetworkSpec {
    my ($address, $mask) = @_;
    return IPaddrToQuad(network_of($address, $mask)) . '/' . IPaddrToQuad(mask_of($mask));
}

sub computeLocalNetworkPrefix {
    my ($address, $mask) = @_;
    return IPaddrToQuad(network_of($address, $mask)) =~ s/\d+$//r;
}

sub computeNetmaskFromBits { return IPaddrToQuad(mask_of($_[0])) }

# How many addresses a network has, its first and its last. What is no address counts as 0.0.0.0.
sub computeHostRange {
    my ($address, $mask) = @_;
    my $hosts = ~IPquadToAddr($mask) & 0xffffffff;
    my $first = IPquadToAddr($address) & ~$hosts;
    return (2**bits_of($hosts), IPaddrToQuad($first), IPaddrToQuad($first | $hosts));
}

sub computeLocalNetworkReversed {
    my ($address, $mask) = @_;
    my $whole = grep { $_ eq '255' } split /\./, $mask;
    my @bytes = split /\./, $address;
    return join '.', reverse(@bytes[ 0 .. $whole - 1 ]), 'in-addr.arpa.';
}

# The networks with whole bytes that make up a network, each without its last zeros.
sub computeAllLocalNetworkPrefixes {
    my ($address, $mask) = @_;
    my $bits = bits_of(mask_of($mask));
    my $network = network_of($address, $mask);
    my $bytes = $bits > 24 ? 4 : int(($bits + 7) / 8) || 1;
    my $step = 2**(32 - 8 * ($bits % 8 ? int($bits / 8) + 1 : $bytes));
    return map { join '.', (unpack 'C4', pack 'N', $network + $_ * $step)[ 0 .. $bytes - 1 ] }
        0 .. 2**((32 - $bits) % 8) - 1;
}

sub ldapBase {
    my ($domain) = @_;
    return 'dc=' . ($domain =~ s/\./,dc=/gr);
}

sub LdapPassword { return secret('/etc/openldap/ldap.pw') }

# A password that is kept in a file. A fragment cannot write one.
sub secret {
    my ($file) = @_;
    open my $handle, '<', $file
        or die "there is no password in $file: $!. To make one: (umask 077; openssl rand -hex 16 >$file)\n";
    chomp(my $password = <$handle>);
    return $password;
}

sub determineRelease {
    require esmith::ConfigDB;
    return esmith::ConfigDB->open_ro->get_prop('sysconfig', 'ReleaseVersion') || '(unknown version)';
}

sub processTemplate {
    require esmith::templates;
    goto &esmith::templates::processTemplate;
}

1;
