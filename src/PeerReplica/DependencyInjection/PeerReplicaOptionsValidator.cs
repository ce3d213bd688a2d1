using System.Net;
using System.Text;
using Microsoft.Extensions.Options;
using PeerReplica.Wire;

namespace PeerReplica.DependencyInjection;

/// <summary>Checks every option, and reports all faults at once.</summary>
internal sealed class PeerReplicaOptionsValidator : IValidateOptions<PeerReplicaOptions>
{
    public ValidateOptionsResult Validate(string? name, PeerReplicaOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = new List<string>();
        Names(options, faults);
        Addresses(options, faults);
        Durations(options, faults);
        Sizes(options, faults);
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static void Names(PeerReplicaOptions options, List<string> faults)
    {
        if (!IsName(options.ClusterName)) faults.Add("PeerReplica: ClusterName must have 1 to 128 characters of valid Unicode.");
        if (options.NodeName is not null && !IsName(options.NodeName))
            faults.Add("PeerReplica: NodeName must have 1 to 128 characters of valid Unicode, or be left out.");
        if (options.SharedSecret is not (null or { Length: >= 16 }))
            faults.Add("PeerReplica: SharedSecret must have at least 16 characters, or be left out.");
    }

    private static bool IsName(string? name) => name is { Length: >= 1 and <= 128 } && StrictUtf8.CanEncode(name);

    private static void Addresses(PeerReplicaOptions options, List<string> faults)
    {
        if (!Transport.Addresses.TryParse(options.Listen, out var host, out _) || !IsAddressHere(host))
            faults.Add($"PeerReplica: Listen must be an IP address and port such as 0.0.0.0:7400; it is '{options.Listen}'.");
        else if (!Transport.Addresses.IsLoopback(host) && options.SharedSecret is null && !options.AllowUnauthenticated)
            faults.Add($"PeerReplica: Listen is {options.Listen}, which other machines can reach, and there is no SharedSecret. Set one, or set AllowUnauthenticated if the network is trusted.");
        if (options.Advertise is not null && (!Transport.Addresses.TryParse(options.Advertise, out _, out var port) || port == 0 || options.Advertise.Length > 256 || !Ascii.IsValid(options.Advertise)))
            faults.Add($"PeerReplica: Advertise must be host:port, of at most 256 ASCII characters; it is '{options.Advertise}'.");
        foreach (var seed in options.Seeds)
        {
            if (!Transport.Addresses.TryParse(seed, out _, out var seedPort) || seedPort == 0)
                faults.Add($"PeerReplica: Seeds must be host:port each; one is '{seed}'.");
        }
    }

    private static bool IsAddressHere(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _);

    private static void Durations(PeerReplicaOptions options, List<string> faults)
    {
        void Range(string option, TimeSpan value, TimeSpan least, TimeSpan most)
        {
            if (value < least || value > most) faults.Add($"PeerReplica: {option} must be between {least} and {most}; it is {value}.");
        }

        // A bound that itself is wrong is reported once, as its own fault.
        TimeSpan Within(TimeSpan value, TimeSpan most) => TimeSpan.FromTicks(Math.Clamp(value.Ticks, 0, most.Ticks));

        var millisecond = TimeSpan.FromMilliseconds(1);
        Range(nameof(options.BroadcastInterval), options.BroadcastInterval, millisecond, TimeSpan.FromSeconds(10));
        Range(nameof(options.HeartbeatInterval), options.HeartbeatInterval, TimeSpan.FromMilliseconds(10), TimeSpan.FromSeconds(60));
        Range(nameof(options.PeerTimeout), options.PeerTimeout, Within(options.HeartbeatInterval, TimeSpan.FromSeconds(60)) * 3, TimeSpan.FromHours(1));
        Range(nameof(options.ForgetAfter), options.ForgetAfter, Within(options.PeerTimeout, TimeSpan.FromHours(1)), TimeSpan.FromDays(30));
        Range(nameof(options.RelayAfter), options.RelayAfter, millisecond, TimeSpan.FromSeconds(60));
        Range(nameof(options.SeedTimeout), options.SeedTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10));
        Range(nameof(options.ConcernTimeout), options.ConcernTimeout, millisecond, TimeSpan.FromHours(1));
        Range(nameof(options.DrainTimeout), options.DrainTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(5));
        Range(nameof(options.MaxClockSkew), options.MaxClockSkew, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(24));
    }

    private static void Sizes(PeerReplicaOptions options, List<string> faults)
    {
        void Range(string option, long value, long least, long most)
        {
            if (value < least || value > most) faults.Add($"PeerReplica: {option} must be between {least:N0} and {most:N0}; it is {value:N0}.");
        }

        Range(nameof(options.MaxBytesPerSecondPerPeer), options.MaxBytesPerSecondPerPeer, 16 << 10, 10L << 30);
        Range(nameof(options.MaxKeyBytes), options.MaxKeyBytes, 16, 65_536);
        Range(nameof(options.MaxValueBytes), options.MaxValueBytes, 16, 256 << 20);
        Range(nameof(options.MaxFrameBytes), options.MaxFrameBytes, 4 << 10, 16 << 20);
        Range(nameof(options.ExpectedReplicas), options.ExpectedReplicas, 0, 64);
        Range(nameof(options.WatchCapacity), options.WatchCapacity, 16, 1_000_000);
    }
}
