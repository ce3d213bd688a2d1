using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using PeerReplica.Hosting;
using PeerReplica.Security;
using PeerReplica.Wire;

namespace PeerReplica.DependencyInjection;

/// <summary>Checks every option, and reports all faults at once.</summary>
internal sealed class PeerReplicaOptionsValidator : IValidateOptions<PeerReplicaOptions>
{
    private const int MaxName = 128;

    public ValidateOptionsResult Validate(string? name, PeerReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>(options.ReadingFaults);
        Names(options, faults);
        SecurityValidator.Validate(options, faults);
        Addresses(options, faults);
        Durations(options, faults);
        Sizes(options, faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Names(PeerReplicaOptions options, List<string> faults)
    {
        Name(nameof(options.ClusterName), options.ClusterName ?? "", "", faults);
        if (options.NodeName is { } nodeName) Name(nameof(options.NodeName), nodeName, ", or be left out", faults);
    }

    private static void Name(string option, string name, string orElse, List<string> faults)
    {
        if (name.Length is 0 or > MaxName) faults.Add($"PeerReplica: {option} must have 1 to {MaxName} characters{orElse}; it has {name.Length:N0}.");
        else if (!StrictUtf8.CanEncode(name)) faults.Add($"PeerReplica: {option} must be valid Unicode; it holds half of a surrogate pair.");
        else if (string.IsNullOrWhiteSpace(name)) faults.Add($"PeerReplica: {option} must not be white space alone{orElse}.");
    }

    private static void Addresses(PeerReplicaOptions options, List<string> faults)
    {
        if (!Transport.Addresses.TryParse(options.Listen, out var host, out _) || !IsAddressHere(host))
            faults.Add($"PeerReplica: Listen must be an IP address and port such as 0.0.0.0:7400; it is '{options.Listen}'.");
        else if (Transport.Addresses.WhyNobody(host, allowsWildcard: true) is { } nobody)
            faults.Add($"PeerReplica: Listen is '{options.Listen}', which is {nobody}. Set it to an address of this machine, or to 0.0.0.0 or [::] for all of them.");
        else if (!Transport.Addresses.IsLoopback(host) && options.SharedSecret is null && !options.UsesCertificates && !options.AllowUnauthenticated)
            faults.Add($"PeerReplica: Listen is {options.Listen}, which other machines can reach, and there is neither a SharedSecret nor a certificate. Set one, or set AllowUnauthenticated if the network is trusted. {SecretStrength.Remedy}");
        if (options.Advertise is { } advertised)
        {
            if (advertised.Length > 256 || !Ascii.IsValid(advertised)) faults.Add($"PeerReplica: Advertise must be host:port, of at most 256 ASCII characters; it is '{advertised}'.");
            else if (WhyNoPeer(advertised) is { } fault)
                faults.Add($"PeerReplica: Advertise must be the host:port at which peers reach this replica; '{advertised}' {fault}. Set it to a name or address of this machine, or leave it out.");
        }

        foreach (var text in options.AllowedAddresses)
        {
            if (Transport.AddressRule.Parse(text, out var fault) is null)
                faults.Add($"PeerReplica: AllowedAddresses must hold networks, addresses or names; '{text}' {fault}.");
        }

        foreach (var seed in options.Seeds)
        {
            // A null, or an element with nothing in it but separators.
            var parts = Transport.SeedList.Split(seed).DefaultIfEmpty(seed ?? "");
            foreach (var part in parts)
            {
                if (WhyNoPeer(part) is { } fault) faults.Add($"PeerReplica: Seeds must be host:port each; '{part}' {fault}.");
            }
        }
    }

    /// <summary>Why an address is none where a replica can be reached; null when it may be.</summary>
    private static string? WhyNoPeer(string address)
    {
        if (!Transport.Addresses.TryParse(address, out var host, out var port)) return "is not of that form (an IPv6 address stands in brackets, and the port is 1 to 65,535)";
        if (port == 0) return "has port 0, at which nobody listens";
        return Transport.Addresses.WhyNobody(host, allowsWildcard: false) is { } nobody ? $"is {nobody}" : null;
    }

    private static bool IsAddressHere(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _);

    private static void Durations(PeerReplicaOptions options, List<string> faults)
    {
        void Range(string option, TimeSpan value, TimeSpan least, TimeSpan most, string because = "")
        {
            if (value < least) faults.Add($"PeerReplica: {option} must be at least {least}{because}; it is {value}.");
            else if (value > most) faults.Add($"PeerReplica: {option} must be at most {most}; it is {value}.");
        }

        // A bound that itself is wrong is reported once, as its own fault.
        TimeSpan Within(TimeSpan value, TimeSpan most) => TimeSpan.FromTicks(Math.Clamp(value.Ticks, 0, most.Ticks));

        var millisecond = TimeSpan.FromMilliseconds(1);
        Range(nameof(options.BroadcastInterval), options.BroadcastInterval, millisecond, TimeSpan.FromSeconds(10));
        Range(nameof(options.HeartbeatInterval), options.HeartbeatInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        Range(
            nameof(options.PeerTimeout), options.PeerTimeout, Within(options.HeartbeatInterval, TimeSpan.FromSeconds(60)) * 3, TimeSpan.FromHours(1),
            ", three times HeartbeatInterval");
        Range(nameof(options.ForgetAfter), options.ForgetAfter, Within(options.PeerTimeout, TimeSpan.FromHours(1)), TimeSpan.FromDays(30), ", which is PeerTimeout");
        Range(nameof(options.RelayAfter), options.RelayAfter, millisecond, TimeSpan.FromSeconds(60));
        Range(nameof(options.SeedTimeout), options.SeedTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Range(nameof(options.ConcernTimeout), options.ConcernTimeout, millisecond, TimeSpan.FromHours(1));
        Range(nameof(options.DrainTimeout), options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Range(nameof(options.CertificateReloadInterval), options.CertificateReloadInterval, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1));
        Range(nameof(options.MaxLinkAge), options.MaxLinkAge, TimeSpan.FromSeconds(1), TimeSpan.FromDays(30));
        Range(nameof(options.MaxClockSkew), options.MaxClockSkew, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24));
    }

    private static void Sizes(PeerReplicaOptions options, List<string> faults)
    {
        void Range(string option, long value)
        {
            var (least, most) = Settings.Find(option)!.Range;
            if (value < least) faults.Add($"PeerReplica: {option} must be at least {least:N0}; it is {value:N0}.");
            else if (value > most) faults.Add($"PeerReplica: {option} must be at most {most:N0}; it is {value:N0}.");
        }

        Range(nameof(options.MaxBytesPerSecondPerPeer), options.MaxBytesPerSecondPerPeer);
        Range(nameof(options.MaxKeyBytes), options.MaxKeyBytes);
        Range(nameof(options.MaxValueBytes), options.MaxValueBytes);
        Range(nameof(options.MaxFrameBytes), options.MaxFrameBytes);
        Range(nameof(options.MaxStagedBytes), options.MaxStagedBytes);
        var least = 4L * options.MaxValueBytes;
        if (options.MaxStagedBytes < least)
        {
            faults.Add(
                $"PeerReplica: MaxStagedBytes must be at least four times MaxValueBytes, {least:N0}; it is {options.MaxStagedBytes:N0}.");
        }

        Range(nameof(options.ExpectedReplicas), options.ExpectedReplicas);
        Range(nameof(options.WatchCapacity), options.WatchCapacity);
    }
}
