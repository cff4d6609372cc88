package Gabarit::Fragment;

use strict;
use warnings;
use Gabarit::Databases;
use Gabarit::Output;
use Gabarit::Pieces;
use Gabarit::Variables;
use esmith::ConfigDB;
use esmith::templates;
use esmith::util;

# Seconds that a fragment may take.
our $limit;

# MORE_DATA of the expansions under way, by number.
our %more_data;

# The fragment that runs, and where it is.
our ($file, $line);

# Expands a fragment. The names of the answers are those of src/template/perl-bridge.ts.
sub expand {
    my ($call, $number, $more, $writable, $scalars, $path, $source) = @_;
    my %data = (Gabarit::Channel::unpack_words($scalars), %{ $more_data{$more} || {} });
    my $package = "esmith::__TEMPLATE__::$number";
    my @warnings;
    local ($file, $line) = ($path, 1);
    local ($/, $,, $\, $_, $@) = ("\n", undef, undef, undef, '');
    local %Gabarit::Databases::reads;
    local $Gabarit::Databases::refusal;
    local $Gabarit::Databases::writable = $writable;
    local @Gabarit::Output::lines;
    local $SIG{__WARN__} = sub { push @warnings, $_[0] };
    local $SIG{__DIE__} = sub { $line = line_of_caller() };
    local $SIG{ALRM} = 'DEFAULT';
    local $SIG{INT} = 'DEFAULT';
    my $left = alarm $limit;
    my @pieces;
    my $done = eval {
        @pieces = Gabarit::Pieces::split_fragment($source);
        Gabarit::Variables::install($package, $source, \%data);
        for my $piece (@pieces) {
            my ($is_program, $begin) = @{$piece}[ 0, 2 ];
            next unless $is_program;
            $line = $begin;
            $piece->[1] = Gabarit::Pieces::run("package $package;\n#line $begin \"$file\"\n$piece->[1];\n;");
        }
        1;
    };
    my $error = $@;
    alarm $left;
    ($done, $error) = (0, $Gabarit::Databases::refusal) if defined $Gabarit::Databases::refusal;
    my $reads = Gabarit::Channel::pack_words(map { reads_of($_) } sort keys %Gabarit::Databases::reads);
    push @warnings, map { "printed, but in no file: $_" } @Gabarit::Output::lines;
    my $told = Gabarit::Channel::pack_words(@warnings);
    return ('failed', $call, $reads, $told, place_and_message($error)) unless $done;
    return ('done', $call, $reads, $told, Gabarit::Channel::pack_words(map { @{$_}[ 0, 2, 1 ] } @pieces));
}

sub reads_of {
    my ($database) = @_;
    return map { ($database, $_) } sort keys %{ $Gabarit::Databases::reads{$database} };
}

sub line_of_caller {
    for (my $depth = 1; my @frame = caller $depth; $depth++) {
        return $frame[2] if $frame[1] eq $file;
    }
    return $line;
}

sub place_and_message {
    my ($error) = @_;
    $error = 'it has failed without a message' unless defined $error && length $error;
    $line = $1 if $error =~ / at \Q$file\E line (\d+)/;
    $error =~ s/ at \Q$file\E line $line(?:\.$|(?=,))//m;
    $error =~ s/ \(you may need to install[^)]*\) \(\@INC[^)]*\)//;
    $error =~ s/\n+$//;
    return ($line, $error);
}

1;
