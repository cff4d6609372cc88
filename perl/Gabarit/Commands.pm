package Gabarit::Commands;

# The databases as the command db has them, for actions in Perl: they read and change them like anybody else.
use strict;
use warnings;
use Encode ();
use Gabarit::Channel;
use JSON::PP ();

sub load {
    my ($class, $name) = @_;
    my ($text, $failed) = run('--reveal', $name, 'printjson');
    # An empty database has this status too.
    return undef if $failed && $text ne "[]\n";
    my %records;
    for my $record (@{ JSON::PP->new->utf8->decode($text) }) {
        my $props = $record->{props};
        my @fields = ($record->{type}, map { ($_, $props->{$_}) } sort keys %$props);
        $records{ Encode::encode_utf8($record->{name}) }
            = Gabarit::Channel::pack_words(map { Encode::encode_utf8($_) } @fields);
    }
    return \%records;
}

sub change {
    my ($class, $name, $verb, @words) = @_;
    my (undef, $failed) = run($name, $verb, @words);
    die "db $name $verb has failed\n" if $failed;
}

# What db prints, and whether it fails.
sub run {
    my (@words) = @_;
    my $pid = open my $output, '-|';
    die "cannot run db: $!\n" unless defined $pid;
    if (!$pid) {
        exec 'db', @words;
        die "cannot run db: $!\n";
    }
    my $text = do { local $/; <$output> };
    return (defined $text ? $text : '', !close $output);
}

1;
