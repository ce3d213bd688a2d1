using System.Text.Json.Nodes;

namespace PeerReplica.SlowTests.Web;

/// <summary>The status of an instance of a large cluster, made from that of a small one.</summary>
internal static class LargeCluster
{
    /// <summary>
    /// Takes the instance and a connected peer of a status as patterns. Each instance reports that it is connected to all others.
    /// </summary>
    public static string Of(string status, int count)
    {
        var state = JsonNode.Parse(status)!;
        var nodes = state["nodes"]!.AsArray();
        var self = nodes[0]!;
        var peer = nodes.Last(n => n!["state"]!.GetValue<string>() == "Up")!;
        nodes.Clear();
        for (var i = 0; i < count; i++)
        {
            var node = (i == 0 ? self : peer).DeepClone();
            (node["id"], node["name"], node["state"]) = ($"node{i}", $"shop-europe-west-{i}", "Up");
            (node["roundTripSeconds"], node["behind"]) = (0.0004 * i, 0);
            var links = Enumerable.Range(0, count).Where(other => other != i).Select(LinkTo);
            node["report"]!["links"] = new JsonArray([.. links]);
            nodes.Add(node);
        }

        return state.ToJsonString();
    }

    private static JsonNode LinkTo(int peer) =>
        new JsonObject { ["peer"] = $"node{peer}", ["state"] = "Up", ["roundTripSeconds"] = 0.0012, ["behind"] = peer };
}
