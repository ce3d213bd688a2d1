namespace OpenTelemetry.Metrics;

/// <summary>Adds the metrics of PeerReplica to OpenTelemetry.</summary>
public static class PeerReplicaMeterProviderBuilderExtensions
{
    internal const string MeterName = "PeerReplica";

    /// <summary>Collects the meter <c>PeerReplica</c>. No attribute of its instruments holds a key or a value of the app.</summary>
    /// <param name="builder">The app's meter provider.</param>
    public static MeterProviderBuilder AddPeerReplicaInstrumentation(this MeterProviderBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddMeter(MeterName);
    }
}
